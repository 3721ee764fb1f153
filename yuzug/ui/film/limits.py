"""How large and how long a clip on the page may be; a host says otherwise by two variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from yuzug.errors import OptionError

# The environment variables of a host.
MEGABYTES = "YUZUG_FILM_MB"
SECONDS = "YUZUG_FILM_SECONDS"
# The minutes after which a clip is gone where none may be longer than a minute.
MIN_MINUTES = 10


@dataclass(frozen=True)
class Limits:
    """Bounds of one clip; those of a phone's minute, unless a host says otherwise.

    >>> Limits.of({"YUZUG_FILM_MB": "50"})
    Limits(megabytes=50, seconds=60)
    """

    megabytes: int = 100
    seconds: int = 60

    @property
    def bytes(self) -> int:
        """The most bytes of a file."""
        return self.megabytes * 2**20

    @property
    def minutes(self) -> int:
        """After how many minutes a clip is gone, wherever it waits or is read.

        Ten times its length: six others may be before it.

        >>> Limits().minutes, Limits(seconds=10).minutes, Limits(seconds=301).minutes
        (10, 10, 51)
        """
        return max(MIN_MINUTES, ceil(10 * self.seconds / 60))

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Limits:
        """The limits that the environment of the host sets.

        Raises:
            OptionError: ``option.invalid`` where a variable is no number of its range.
        """
        return cls(
            megabytes=_number(environment, MEGABYTES, cls.megabytes, 2000),
            seconds=_number(environment, SECONDS, cls.seconds, 3600),
        )


def _number(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    value = environment.get(name, "")
    if not value:
        return default
    if value.isascii() and value.isdecimal() and 0 < int(value) <= most:
        return int(value)
    raise OptionError(
        "option.invalid",
        must=f"{name} must be a whole number from 1 to {most}",
        got=value[:60],
        do=f"leave it out, for {default}",
    )
