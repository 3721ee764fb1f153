"""``python -m yuzug``: the command line."""

import sys

from yuzug.cli import main

if __name__ == "__main__":
    sys.exit(main())
