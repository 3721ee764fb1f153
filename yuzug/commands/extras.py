"""What the commands of the lab share: the packages that they need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from yuzug.errors import YuzugError


@contextmanager
def installed(extra: str) -> Iterator[None]:
    """Say which extra is missing where an import fails for want of it."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yuzug"):
            raise
        # The converter of that extra may ask for an older torch than is here.
        where = " in an environment of its own" if extra == "tflite" else ""
        raise YuzugError(
            "extra.missing",
            must=f"this command needs the packages of the extra {extra!r}",
            got=f"no {error.name}",
            do=f"install them{where} with: pip install '.[{extra}]'",
        ) from error
