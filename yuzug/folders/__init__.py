"""Folders: many pictures become one table, in this process or on the machines of a Ray cluster."""

from yuzug.folders.job import Job, Part, read
from yuzug.folders.pictures import are_many, files_below, pictures_of

__all__ = ["Job", "Part", "are_many", "files_below", "pictures_of", "read"]
