"""The one gate before every function of the page, whichever way a call took.

``/run``, ``/api``, ``/call``, the queue, streams and MCP all end in :meth:`gradio.Blocks.
process_api`. Here each call must be of a session that the page opened (or of a public endpoint),
its values must be within bounds, no value may name a file, and a picture needs consent. A function
that is added is behind this gate like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

import gradio as gr

from yuzug.emotions import Language
from yuzug.errors import OptionError, YuzugError
from yuzug.records import sentence_of
from yuzug.ui.film.jobs import FilmJobs
from yuzug.ui.film.limits import Limits
from yuzug.ui.gradio_patches import (
    SessionState,
    block_id,
    event_data,
    queue_of,
    replace_event_data,
    replace_queue,
)
from yuzug.ui.server import call_limits
from yuzug.ui.server.draining import Draining
from yuzug.ui.server.queue_limits import BoundedQueue, Places, no_function
from yuzug.ui.server.uploads import Uploads, not_here
from yuzug.ui.server.visits import visit_of
from yuzug.ui.session import Settings, require_consent

MAX_CHARACTERS = 64 * 2**20
MAX_VALUES = 20_000
MAX_DEPTH = 12
MAX_NAME = 200
# What each component that the page reads may send, besides nothing.
_SENT: dict[type, Any] = {gr.Image: dict, gr.JSON: dict, gr.Textbox: str, gr.HTML: str}
_FILE_KEYS = frozenset({"path", "url", "meta"})


# Gradio answers every error of a direct call with 500; the gate puts this in its place.
STATUS = {"session.unknown": 410, "server.busy": 503, "call.ended": 503, "consent.required": 403}
STATUS_KEY = "yuzug.status"


class GuardedBlocks(gr.Blocks):
    """Blocks whose functions are called by whom they are for alone.

    ``public`` are the ids of the functions that programs may call without a session.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.film_limits = Limits.of()
        self.uploads = Uploads(self.film_limits.bytes)
        self.places = Places()
        self.films = FilmJobs(minutes=self.film_limits.minutes)
        self.draining = Draining(lambda: self.films.busy or bool(self._queue.event_ids_to_events))
        self.public: set[int] = set()
        self.settings: gr.State | None = None
        # What the document shows in each language: properties by the id of their component.
        self.default_lang: Language = "en"
        self.shown: Callable[[Language], dict[int, dict[str, Any]]] = lambda _: {}

    def queue(self, **options: Any) -> GuardedBlocks:
        """Give the page a queue that takes only calls that may be made, and so many of them."""
        super().queue(**options)
        made = queue_of(self)
        bounded = BoundedQueue(
            self.admitted,
            live_updates=made.live_updates,
            concurrency_count=made.max_thread_count,
            update_intervals=made.update_intervals,
            max_size=made.max_size,
            blocks=self,
            default_concurrency_limit=made.default_concurrency_limit,
        )
        replace_queue(self, bounded)
        return self

    def admitted(self, function: Any, session_hash: str | None) -> SessionState | None:
        """The session of a call that may be made; None for a public function.

        Raises:
            YuzugError: ``session.unknown``.
        """
        if block_id(function) in self.public:
            return None
        # The load of the page opens its visit.
        return visit_of(
            self.state_holder, session_hash, (block_id(self), "load") in function.targets
        )

    async def process_api(  # type: ignore[override]
        self, block_fn: Any, inputs: list[Any], state: SessionState | None = None, **given: Any
    ) -> dict[str, Any]:
        """Call a function of the page, if this call may be made.

        Raises:
            gr.Error: with one sentence, where it may not.
        """
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        if function.fn is None:  # a script of the page
            unknown = sentence_of(no_function(repr(block_id(function))), "en")
            raise gr.Error(unknown, print_exception=False)
        public = block_id(function) in self.public
        settings = Settings()
        try:
            session = self.admitted(function, given.get("session_hash"))
            if session is not None:
                state, settings = session, self._settings(session) or settings
            event = given.get("event_data")
            sent = event_data(event)
            pictures = check_bounds(inputs) + check_bounds(sent)
            if pictures and not public:
                require_consent(settings)
            _check_types(function, inputs)
            # For a public endpoint a path stays, as a word without meaning: the endpoint itself
            # says which picture is missing.
            inputs = without_paths(inputs, self.uploads, strict=not public)
            if event is not None:
                replace_event_data(event, without_paths(sent, self.uploads, strict=not public))
            queued = given.get("event_id") is not None
            async with self.places.taken(function, queued):
                call_limits.check()  # it may have waited for long
                with call_limits.begun():
                    return await super().process_api(function, inputs, state, **given)
        except YuzugError as error:
            message = sentence_of(error, settings.lang)
            asked = getattr(given.get("request"), "request", None)
            if asked is not None and error.kind in STATUS:
                asked.scope[STATUS_KEY] = STATUS[error.kind]
            raise gr.Error(message, print_exception=False) from error

    async def postprocess_data(
        self, block_fn: Any, predictions: Any, state: SessionState | None
    ) -> list[Any]:
        """Values that an event sends; Gradio would build even the components that it skips."""
        outputs = block_fn.outputs
        if not isinstance(predictions, list | tuple) or not 1 < len(outputs) == len(predictions):
            return await super().postprocess_data(block_fn, predictions, state)
        changed = [number for number, value in enumerate(predictions) if value != gr.skip()]
        sent = [None if block.stateful else gr.skip() for block in outputs]
        if changed:
            narrowed = copy(block_fn)
            narrowed.outputs = [outputs[number] for number in changed]
            values = [predictions[number] for number in changed]
            given = values if len(values) > 1 else values[0]
            done = await super().postprocess_data(narrowed, given, state)
            for number, value in zip(changed, done, strict=True):
                sent[number] = value
        return sent

    def _settings(self, state: SessionState) -> Settings | None:
        chosen = state[block_id(self.settings)] if self.settings is not None else None
        return chosen if isinstance(chosen, Settings) else None


def without_paths(value: Any, uploads: Uploads, strict: bool) -> Any:
    """A value in which neither Gradio nor we find a file to open but an upload of ours.

    What looks like Gradio's description of a file is reduced to its data URL or its path; without
    its other keys Gradio leaves it alone.

    >>> without_paths([{"path": "/a.jpg", "meta": {"_type": "gradio.FileData"}}], Uploads(), False)
    [{'path': '/a.jpg'}]

    Raises:
        ImageError: ``image.missing`` where ``strict`` and a path is of no unread upload.
    """
    if isinstance(value, list):
        return [without_paths(one, uploads, strict) for one in value]
    if not isinstance(value, dict):
        return value
    if not _FILE_KEYS & value.keys():
        return {key: without_paths(one, uploads, strict) for key, one in value.items()}
    path, url, name = (value.get(key) for key in ("path", "url", "orig_name"))
    if isinstance(url, str) and url.startswith("data:"):
        return {"url": url}
    if strict and not uploads.holds(path):
        raise not_here()
    kept = {"path": path if isinstance(path, str) else ""}
    return kept | ({"orig_name": name[-MAX_NAME:]} if isinstance(name, str) and name else {})


def _check_types(function: Any, inputs: list[Any]) -> None:
    """Raise ``option.invalid`` where a value is none that its component sends."""
    # A script of the page sends the values of the outputs along; Gradio leaves them out.
    if len(inputs) < len(function.inputs):
        raise _wrong(f"{len(function.inputs)} values", f"{len(inputs)}")
    for component, value in zip(function.inputs, inputs, strict=False):
        # One that is not shown, for a model of own labels, has no value.
        is_radio = isinstance(component, gr.Radio)
        offered = [None, *(one for _, one in component.choices)] if is_radio else []
        if offered and value not in offered:
            raise _wrong("a choice that the page offers", f"{value!r}"[:60])
        most = getattr(component, "max_length", None)
        if most is not None and isinstance(value, str) and len(value) > most:
            raise _wrong(f"at most {most} characters there", f"{len(value)}")
        for kind, types in _SENT.items():
            if isinstance(component, kind) and not isinstance(value, types | None):
                raise _wrong(f"a value that a {kind.__name__} sends", f"a {type(value).__name__}")


def _wrong(must: str, got: str) -> YuzugError:
    return OptionError(
        "option.invalid",
        must=f"a call must bring {must}",
        got=got,
        do="load the page again; programs call the public endpoints (docs/api.md)",
    )


@dataclass
class _Bounds:
    values: int = 0
    characters: int = 0
    pictures: int = 0


def check_bounds(value: Any) -> int:
    """How many pictures there are in a value that came from outside.

    >>> check_bounds([{"url": "data:image/png;base64,aGk="}, "sad"])
    1

    Raises:
        OptionError: ``option.invalid`` where it is too large, too deep or of no JSON type.
    """
    seen = _Bounds()
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [part for one in level for part in _parts(one, seen)]
        if not level:
            return seen.pictures
    raise _too_much(f"values within one another more than {MAX_DEPTH} deep")


def _parts(value: Any, seen: _Bounds) -> Iterator[Any]:
    """Count a value, and go on to what it holds."""
    seen.values += 1
    if isinstance(value, str):
        seen.characters += len(value)
        seen.pictures += value.startswith("data:")
    elif isinstance(value, dict):
        seen.characters += sum(len(str(key)) for key in value)
        seen.pictures += isinstance(value.get("path"), str) and value["path"] != ""
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value
    elif value is not None and not isinstance(value, bool | int | float):
        raise _too_much(f"a {type(value).__name__}")
    if seen.values > MAX_VALUES:
        raise _too_much(f"more than {MAX_VALUES} values")
    if seen.characters > MAX_CHARACTERS:
        raise _too_much(f"more than {MAX_CHARACTERS} characters")


def _too_much(got: str) -> YuzugError:
    return OptionError(
        "option.invalid",
        must=(
            f"a call must hold at most {MAX_VALUES} values and {MAX_CHARACTERS} characters, "
            f"at most {MAX_DEPTH} deep"
        ),
        got=got,
        do="send less in one call",
    )
