"""The tree of errors: each says what must hold, what came, and what to do.

YuzugError
├── ImageError       a picture that cannot be read or is not one
├── FilmError        a recording that cannot be read or is not one
├── ModelError       a model or a class count that does not exist
├── WeightsError     a weights file that is missing, damaged or not what its card says
├── HubError         a hub, or a repository on it, that does not give what is asked for
├── DetectorError    a face detector that cannot be had
├── CatalogueError   an activity catalogue with a fault
├── OptionError      an argument or option that cannot be used
├── TrainingError    a training run that cannot go on
├── ExportError      an exported file that does not answer as the model does
├── PersonError      what was learned of a person and cannot be used, or a picture to learn from
└── ConsentError     a picture that came before the notice was accepted

``kind`` names the case ("image.empty"); ``texts/errors.yaml`` holds one friendly sentence for
each kind in each language, and a test compares the two. Where an error has a ``cause``, its exact
words stand in ``texts/causes.yaml`` in each language too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

KINDS: frozenset[str] = frozenset(
    {
        "image.empty",  # no bytes at all
        "image.missing",  # no such file
        "image.undecodable",  # not a picture, or one that ends too early
        "image.heic",  # a HEIC photo, without the package that reads it
        "image.avif",  # an AVIF picture, and a Pillow that does not read it
        "image.too_slow",  # stored in a way that takes minutes to decode
        "image.too_large",  # more pixels or bytes than we decode
        "image.too_small",  # under 16 px on a side
        "image.array",  # an array of the wrong shape, type or values
        "film.missing",  # no such file
        "film.empty",  # no bytes at all
        "film.undecodable",  # not a recording, or one without its table of contents
        "film.no_video",  # sound, or a cover picture, alone
        "film.picture",  # a still picture
        "film.too_large",  # more bytes than the page takes
        "film.too_long",  # more seconds than the page reads
        "table.other",  # an unfinished table of other pictures or options
        "table.unwritable",  # a table or a folder that cannot be written
        "model.unknown",
        "model.classes",
        "model.target",  # a label that the model has no output for
        "weights.missing",
        "weights.damaged",
        "hub.name",  # no address of a repository
        "hub.offline",  # HF_HUB_OFFLINE, and nothing in the cache
        "hub.unreachable",
        "hub.busy",  # 429 or 5xx
        "hub.missing",  # not there, or private
        "hub.gated",
        "hub.denied",  # no right to do this
        "hub.revision",
        "hub.file",  # a repository without the files of a model
        "hub.content",  # a file that is not what its card says
        "hub.cache",  # a cache that cannot be read or written
        "detector.missing",
        "detector.damaged",
        "catalogue.invalid",
        "person.invalid",  # no person, or one that was damaged
        "person.weights",  # one that was taught with other weights
        "person.full",  # another label for one who has as many as there can be
        "person.label",  # a label to teach that the model does not tell apart
        "person.picture",  # a picture to teach with that does not show one face
        "emotion.unknown",
        "option.invalid",
        "training.diverged",  # a loss or gradient that is not finite
        "training.run",  # a folder that holds the run of another recipe
        "data.invalid",  # no labelled faces where some were to be
        "data.split",
        "data.few",  # too few faces of a label
        "data.labels",  # labels that the model has no output for
        "data.labels_count",
        "data.mapping",
        "recipe.unknown",
        "recipe.invalid",
        "output.occupied",  # what would be written is there already
        "device.missing",
        "start.unfit",  # weights to start from, or teachers, that do not fit the recipe
        "consent.required",
        "session.unknown",  # a call to the page from no visit of it
        "request.refused",  # nothing that the server answers, or from elsewhere
        "live.full",
        "server.busy",  # too many calls wait already
        "server.disk",  # no room for an upload
        "call.ended",  # it worked for too long, or nobody waits for its answer
        "host.unknown",  # no name or address of this machine
        "port.invalid",  # no number from 1 to 65535
        "port.taken",
        "export.differs",  # an exported file does not answer as the model does
        "extra.missing",  # a command whose optional packages are not installed
    }
)


class YuzugError(Exception):
    """Something that must hold does not.

    >>> raise YuzugError("image.empty", must="a picture must have bytes", got="0 bytes",
    ...                  do="choose another file")
    Traceback (most recent call last):
    yuzug.errors.YuzugError: a picture must have bytes, but got 0 bytes: choose another file
    """

    def __init__(
        self,
        kind: str,
        *,
        must: str,
        got: str,
        do: str,
        cause: str = "",
        values: Mapping[str, object] | None = None,
    ) -> None:
        if kind not in KINDS:
            raise AssertionError(f"{kind!r} is not one of yuzug.errors.KINDS")
        self.kind = kind
        self.must = must
        self.got = got
        self.do = do
        self.cause, self.values = cause, dict(values or {})
        super().__init__(f"{must}, but got {got}: {do}")

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, which worker pools use.
        words = (self.kind, self.must, self.got, self.do, self.cause, self.values)
        return (_rebuild, (type(self), *words))


def _rebuild(
    cls: type[YuzugError],
    kind: str,
    must: str,
    got: str,
    do: str,
    cause: str,
    values: Mapping[str, object],
) -> YuzugError:
    return cls(kind, must=must, got=got, do=do, cause=cause, values=values)


class ImageError(YuzugError):
    """A picture that cannot be read, or is not one."""


class FilmError(YuzugError):
    """A recording that cannot be read, or is not one."""


class ModelError(YuzugError):
    """A model, or a number of classes, that does not exist."""


class WeightsError(YuzugError):
    """A weights file that is missing, damaged or not what its card says."""


class HubError(YuzugError):
    """A hub, or a repository on it, that does not give what is asked for."""


class DetectorError(YuzugError):
    """A face detector that cannot be had."""


class CatalogueError(YuzugError):
    """An activity catalogue with a fault."""


class OptionError(YuzugError):
    """An argument or a command line option that cannot be used."""


class TrainingError(YuzugError):
    """A training run that cannot go on."""


class ExportError(YuzugError):
    """An exported file that does not answer as the model does."""


class PersonError(YuzugError):
    """What was learned of a person and cannot be used, or a picture that teaches nothing."""


class ConsentError(YuzugError):
    """A picture that came before the notice was accepted."""


class Validation(Protocol):
    """What ``pydantic.ValidationError`` offers, without importing pydantic here."""

    def errors(self, *, include_url: bool = ...) -> Sequence[Any]: ...


def first_fault(error: Validation) -> str:
    """The first fault that pydantic found, as ``key.of.it: what is wrong``.

    >>> from pydantic import BaseModel, ValidationError
    >>> class Point(BaseModel):
    ...     x: int
    >>> try:
    ...     Point(x="left")
    ... except ValidationError as error:
    ...     first_fault(error)
    'x: Input should be a valid integer, unable to parse string as an integer'
    """
    fault = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in fault["loc"])
    message = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
