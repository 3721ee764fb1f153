"""The entry of a Hugging Face Space, and the shortest way to start the page: python app.py."""

from yuzug.ui.serve import serve

if __name__ == "__main__":
    serve()
