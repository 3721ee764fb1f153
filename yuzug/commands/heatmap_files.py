"""Photos with their heat maps painted over the faces, as files: what ``--cam DIR`` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yuzug.analysis import Analysis
from yuzug.commands.output import stem_of
from yuzug.errors import OptionError
from yuzug.explain import Contrast
from yuzug.images import png_bytes
from yuzug.overlays import painted


@dataclass
class Overlays:
    """A folder that painted photos are written to as ``<name of the photo>_cam.png``."""

    folder: Path
    _taken: set[str] = field(default_factory=set)

    @classmethod
    def into(cls, folder: Path) -> Overlays:
        """The folder, made where it is not there yet.

        Raises:
            OptionError: ``option.invalid`` where it cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
        return cls(folder)

    def write(
        self, image: str, analysis: Analysis, contrasts: Sequence[Contrast | None] = ()
    ) -> Path | None:
        """Write one painted photo, see :func:`painted`; None where it has no face to paint on.

        Photos of one name from different folders are numbered in the order of their coming.

        Raises:
            OptionError: ``option.invalid`` where the file cannot be written.
        """
        if not analysis.faces:
            return None
        path = self.folder / self._free_name(stem_of(image))
        try:
            path.write_bytes(png_bytes(painted(analysis, contrasts)))
        except OSError as error:
            raise _unwritable(path, error) from error
        return path

    def _free_name(self, stem: str) -> str:
        number, name = 1, f"{stem}_cam.png"
        while name in self._taken or (self.folder / name).is_dir():
            number += 1
            name = f"{stem}_cam-{number}.png"
        self._taken.add(name)
        return name


def _unwritable(path: Path, error: OSError) -> OptionError:
    return OptionError(
        "option.invalid",
        must="the folder for the heat maps must be one that can be written to",
        got=f"{path} ({error.strerror})",
        do="choose another folder",
    )
