"""Recordings: a film becomes a table, a summary and a picture.

container → frame_times → decoding (frames) → reading (faces); timeline → summary and picture;
annotated: a video with boxes and labels.
"""

from yuzug.film.decoding import Film, Frame
from yuzug.film.reading import DEFAULT_EVERY_S, FilmReading, read_video

__all__ = ["DEFAULT_EVERY_S", "Film", "FilmReading", "Frame", "read_video"]
