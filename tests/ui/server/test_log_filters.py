"""The server's log: nothing of what callers sent, and no fault thousands of times."""

from __future__ import annotations

import logging
import subprocess
import sys

import httpx
import pytest
from app_server import AppServer

from yuzug.ui.server.log_filters import REPEATED_AFTER_S, Once


def test_the_same_message_comes_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    logger = logging.getLogger("tests.once")
    logger.addFilter(Once(lambda: now_s[0]))
    for _ in range(1000):
        logger.error("socket.accept() out of system resource")
    logger.error("another one")
    now_s[0] = REPEATED_AFTER_S
    logger.error("socket.accept() out of system resource")
    assert len(caplog.messages) == 3


def test_a_warning_of_gradio_is_no_error_where_warnings_are() -> None:
    """As with PYTHONWARNINGS=error: Gradio counts its calls with what pandas is about to drop."""
    said = "import warnings; from yuzug.ui.server import log_filters; log_filters.install()\n"
    warn = "warnings.warn_explicit('gone soon', DeprecationWarning, 'queueing.py', 1, module={!r})"
    codes = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", said + warn.format(module)],
            capture_output=True,
            check=False,
        ).returncode
        for module in ("gradio.queueing", "yuzug.ui.app")
    ]
    assert codes == [0, 1]


def test_what_agents_send_wrongly_is_told_to_them_and_not_to_the_log(server: AppServer) -> None:
    pytest.importorskip("mcp", reason="the extra 'mcp' is not installed")
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for body in (
        b'{"jsonrpc": "2.0", "id": 1, "method": "a-face-of-somebody", "params": {}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "\xff a-face-of-somebody"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "a-face-of"}}',
    ):
        answer = httpx.post(
            f"{server.url}/gradio_api/mcp/", content=body, headers=accept, timeout=20
        )
        assert "rror" in answer.text
    assert "a-face-of" not in server.said
    assert "Traceback" not in server.said
