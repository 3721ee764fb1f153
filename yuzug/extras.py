"""Optional packages: which extra of this package brings what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from yuzug.errors import YuzugError


@contextmanager
def needs_extra(
    extra: str, what: str = "this command", instead: str | None = None
) -> Iterator[None]:
    """Turn a failed import into an error that names the extra to install.

    >>> with needs_extra("ray", "Ray"):
    ...     import nowhere
    Traceback (most recent call last):
    yuzug.errors.YuzugError: Ray needs the packages of the extra 'ray', but got no nowhere: \
install them with: pip install 'yuzug[ray]'

    Args:
        extra: the extra's name in ``pyproject.toml``.
        what: what needs it, the subject of the sentence.
        instead: what to do without it.

    Raises:
        YuzugError: ``extra.missing``.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yuzug"):
            raise
        raise YuzugError(
            "extra.missing",
            must=f"{what} needs the packages of the extra {extra!r}",
            got=f"no {error.name}",
            do=_install(extra) + (f", or {instead}" if instead else ""),
        ) from error


def _install(extra: str) -> str:
    if extra == "tflite":  # its converter may ask for an older torch than is here
        return f"install them in an environment of its own with: pip install 'yuzug[{extra}]'"
    return f"install them with: pip install 'yuzug[{extra}]'"
