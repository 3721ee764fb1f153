"""What the commands of the lab share: the packages that they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from yuzug.errors import YuzugError


@contextmanager
def lab_installed() -> Iterator[None]:
    """Say which extra is missing where an import fails for want of it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yuzug"):
            raise
        raise YuzugError(
            "extra.missing",
            must="train and evaluate need the packages of the extra 'lab'",
            got=f"no {error.name}",
            do="install them with: pip install '.[lab]'",
        ) from error
