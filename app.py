"""The entry of a Hugging Face Space, and the shortest way to start the page: python app.py."""

import sys

from yuzug.errors import YuzugError
from yuzug.ui.serve import serve

if __name__ == "__main__":
    try:
        serve()
    except YuzugError as error:
        sys.exit(str(error))
