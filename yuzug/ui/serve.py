"""Start the page: load and warm the models with progress on the console, then let visitors in."""

from __future__ import annotations

import ctypes
import errno
import io
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from yuzug._resources import PORTRAIT
from yuzug.emotions import Language
from yuzug.errors import YuzugError
from yuzug.hub import is_address
from yuzug.models import DEFAULT_MODEL, Checkpoint, available_models, embedding_dim
from yuzug.pipeline import Analyzer
from yuzug.recommender import Loaded
from yuzug.records import sentence_of
from yuzug.texts import text
from yuzug.texts.numbers import tenths
from yuzug.ui.api import mcp_tools
from yuzug.ui.app import build
from yuzug.ui.gradio_patches import look_for_ports_on_ipv4
from yuzug.ui.i18n import head
from yuzug.ui.models import Analyzers, OnDemand, Waiting
from yuzug.ui.server import draining, log_filters, zerogpu
from yuzug.ui.server.admission import GuardedBlocks
from yuzug.ui.server.gate import MAX_BODY_BYTES, guards
from yuzug.ui.server.uploads import MAX_UPLOAD_BYTES
from yuzug.ui.session import Settings
from yuzug.ui.theme import STYLE_SHEET, STYLE_SHEETS, theme

DEFAULT_PORT = 7860
# The environment variable with a repository whose weights the page is to use.
HUB_REPO = "YUZUG_HUB_REPO"


def serve(
    host: str | None = None,
    port: int | None = None,
    model: str | None = None,
    classes: int | str | None = None,
    lang: Language = "en",
    activities: Loaded | None = None,
) -> None:
    """Serve the page until it is interrupted.

    ``model`` is what :meth:`yuzug.Analyzer.load` takes; without it the repository on a hub that
    the environment's ``YUZUG_HUB_REPO`` names, else the bundled one. Without ``host`` and
    ``port`` it listens where the environment's ``GRADIO_SERVER_NAME`` and ``PORT`` or
    ``GRADIO_SERVER_PORT`` say, else on 127.0.0.1:7860, on a Hugging Face Space to everyone. The
    advice comes from ``activities``, or from ours.

    Raises:
        ModelError: ``model.unknown`` or ``model.classes``.
        YuzugError: ``port.invalid``, ``port.taken`` or ``host.unknown``.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # "…" on a console that has no such letter
        sys.stdout.reconfigure(errors="backslashreplace")
    anywhere = "0.0.0.0" if "SPACE_ID" in os.environ else "127.0.0.1"
    host = (host or os.environ.get("GRADIO_SERVER_NAME") or anywhere).strip()
    if host.startswith("[") and host.endswith("]"):  # an address of IPv6, as in a URL
        host = host[1:-1]
    port = _number("--port", str(port)) if port is not None else _port()
    require_free_port(host, port)
    # A face is too small to share out: with two threads, one waits for the other while a browser
    # or a second visitor holds its core. Measured on two busy cores: 24 ms a face with one thread,
    # 76 to 200 with two.
    torch.set_num_threads(1)
    analyzers = zerogpu.with_gpu(load_all(model or default_model(), classes, lang))
    if activities is not None:
        analyzers = replace(analyzers, activities=activities)
    settings = Settings(lang=lang, model=analyzers.models[0])
    if isinstance(classes, int):
        settings = replace(settings, classes=classes)
    settings = analyzers.fitting(settings)
    demo = build(analyzers, settings)
    launch(demo, host, port)
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0") else _in_url(host)
    print(text("ui.serve_ready", lang, url=f"http://{shown}:{port}"), flush=True)
    _end_in_order(demo, lang)
    demo.block_thread()


def _end_in_order(demo: GuardedBlocks, lang: Language) -> None:
    """On SIGTERM end once what has begun is over or takes too long; on a second one, at once."""

    def drain() -> None:
        if not demo.draining.idle:
            print(text("ui.serve_draining", lang), flush=True)
        demo.draining.finish(_drain_s())
        os.kill(os.getpid(), signal.SIGTERM)

    def begin(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        threading.Thread(target=drain, daemon=True).start()

    if threading.current_thread() is threading.main_thread():  # another may not
        signal.signal(signal.SIGTERM, begin)


def _drain_s() -> int:
    value = os.environ.get(draining.SECONDS, "")
    return int(value) if value.isascii() and value.isdecimal() else draining.DEFAULT_S


def default_model() -> str:
    """The model of whoever names none."""
    return os.environ.get(HUB_REPO) or DEFAULT_MODEL


def _port() -> int:
    for name in ("PORT", "GRADIO_SERVER_PORT"):
        if named := os.environ.get(name):
            return _number(name, named)
    return DEFAULT_PORT


def _number(name: str, named: str) -> int:
    if named.isascii() and named.isdecimal() and 0 < int(named) < 2**16:
        return int(named)
    raise YuzugError(
        "port.invalid",
        must="a port must be a number from 1 to 65535",
        got=f"{name}={named[:100]}",
        do=f"give a free one, such as {DEFAULT_PORT}",
    )


def load_all(model: str, classes: int | str | None, lang: Language) -> Analyzers:
    """The models asked for, warmed with one image, and the bundled ones, loaded on first use.

    A hub repository that cannot be downloaded, fails its checks or has no such label set is
    reported and left out: the bundled models stand in.

    Raises:
        ModelError: ``model.unknown`` or ``model.classes``.
        WeightsError: ``weights.missing`` or ``weights.damaged``.
    """
    by_model: dict[str, Analyzer] = {}
    missing: dict[str, YuzugError] = {}
    shared: dict[Path, Checkpoint] = {}
    bundled = available_models()
    # A bundled one is there for sure, should the hub give nothing.
    for name in dict.fromkeys((model, default_model(), DEFAULT_MODEL)):
        if by_model and not is_address(name):
            continue
        first = next(iter(by_model.values()), None)
        try:
            analyzer = _warmed(name, classes if name == model else None, first, shared, lang)
        except YuzugError as error:
            if not is_address(name):
                raise
            missing[name] = error
            print(text("ui.serve_missing", lang, reason=sentence_of(error, lang)), flush=True)
        else:
            by_model.setdefault(analyzer.model, analyzer)
    first = next(iter(by_model.values()))
    # A wrong number of classes is an error also where the model it was meant for is missing.
    if classes is not None:
        first.with_classes(classes)
    waiting = {
        one.name: Waiting(
            one.card, embedding_dim(one.path), partial(_loaded, one.name, None, first, shared)
        )
        for one in bundled
    }
    return Analyzers(OnDemand(by_model, waiting), missing)


def _warmed(
    model: str,
    classes: int | str | None,
    first: Analyzer | None,
    shared: MutableMapping[Path, Checkpoint],
    lang: Language,
) -> Analyzer:
    name = model if is_address(model) else Path(model).stem
    print(text("ui.serve_loading", lang, model=name), end=" ", flush=True)
    start_s = time.perf_counter()
    analyzer = _loaded(model, classes, first, shared)
    seconds = tenths(time.perf_counter() - start_s, lang)
    print(text("ui.serve_loaded", lang, seconds=seconds), flush=True)
    return analyzer


def _loaded(
    model: str,
    classes: int | str | None,
    first: Analyzer | None,
    shared: MutableMapping[Path, Checkpoint],
) -> Analyzer:
    # One detector for all: which one runs is decided once.
    detector = first.detector if first else None
    analyzer = Analyzer.load(model, classes, detector=detector, shared=shared)
    analyzer = analyzer.with_packed_weights()
    analyzer.analyze(PORTRAIT)
    _return_freed_memory()
    return analyzer


def _return_freed_memory() -> None:
    """Give back to the system what loading weights has freed: 50 MB, which glibc would keep."""
    with suppress(OSError, AttributeError, TypeError):  # another system's library
        ctypes.CDLL(None).malloc_trim(0)


def _in_url(host: str) -> str:
    """A host as it stands in a URL: an address of IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def launch(demo: GuardedBlocks, host: str, port: int) -> None:
    """Start the server in the background: nothing shared, recorded or counted."""
    # From here on this process asks itself alone: at the start, and for mcp_tools. Gradio would ask
    # through a proxy, which knows no server of this machine.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    log_filters.install()
    if ":" in host:
        look_for_ports_on_ipv4()
    demo.launch(
        server_name=_in_url(host),
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=mcp_tools.installed(),
        max_file_size=MAX_UPLOAD_BYTES,
        app_kwargs=guards(demo, host),
        theme=theme(),
        css_paths=[*STYLE_SHEETS],
        head=head(),
        favicon_path=STYLE_SHEET.with_name("favicon.svg"),
    )
    if mcp_tools.installed():
        mcp_tools.guard_tools(demo, MAX_BODY_BYTES)


def require_free_port(host: str, port: int) -> None:
    """Tell in one sentence that it cannot listen there, before any model is loaded.

    Raises:
        YuzugError: ``port.taken`` or ``host.unknown``.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if ":" in host:  # Gradio wants it on both
        require_free_port("127.0.0.1", port)
    try:
        [(*_, address), *_] = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _no_host(host, str(error)) from error
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise _no_host(host, str(error.strerror)) from error
            raise YuzugError(
                "port.taken",
                must="the port must be free",
                got=f"port {port} on {host}, which cannot be had ({error.strerror})",
                do="stop the other program, or choose another port with --port",
            ) from error


def _no_host(host: str, reason: str) -> YuzugError:
    return YuzugError(
        "host.unknown",
        must="the host must be a name or an address of this machine",
        got=f"{host!r} ({reason})",
        do="use 127.0.0.1, or 0.0.0.0 for everyone",
    )
