"""Recordings: a film becomes a table, a summary and a picture.

decoding → reading for the frames; timeline → summary and picture; annotated for a film of it.
"""

from yuzug.film.decoding import Film, Frame
from yuzug.film.reading import DEFAULT_EVERY_S, FilmReading, read_video

__all__ = ["DEFAULT_EVERY_S", "Film", "FilmReading", "Frame", "read_video"]
