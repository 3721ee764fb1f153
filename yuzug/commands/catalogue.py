"""The catalogue that a command's ``--catalogue`` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from yuzug.commands.output import complain
from yuzug.emotions import Language
from yuzug.texts import text

if TYPE_CHECKING:
    from yuzug.recommender import Loaded


def loaded_of(folder: Path | None, lang: Language) -> Loaded:
    """Ours, or somebody's own; its faults are named, and what is right in it is used.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder.
    """
    from yuzug.recommender import load_own

    loaded = load_own(folder)
    for finding in loaded.findings:
        complain(text("cli.fault", lang, folder=folder, finding=finding))
    return loaded
