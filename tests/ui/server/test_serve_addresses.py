"""Addresses of IPv6, as a person writes them: with brackets or without."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import httpx
import pytest
from app_server import serving

from yuzug.errors import YuzugError
from yuzug.ui.serve import require_free_port

ROOT = Path(__file__).resolve().parents[3]


def _free_on_ipv6() -> int:
    try:
        with socket.socket(socket.AF_INET6) as free:
            free.bind(("::1", 0))
            return int(free.getsockname()[1])
    except OSError:
        pytest.skip("this machine has no IPv6")


def test_a_port_must_be_free_where_gradio_looks_too() -> None:
    _free_on_ipv6()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(YuzugError, match=r"on 127\.0\.0\.1") as taken:
            require_free_port("::1", other.getsockname()[1])
    assert taken.value.kind == "port.taken"


@pytest.mark.slow
def test_the_page_is_served_on_an_address_of_ipv6(yuzug_command: list[str]) -> None:
    port = _free_on_ipv6()
    command = [*yuzug_command, "serve", "--host", "::1", "--model", "cnn"]
    environment = {**os.environ, "GRADIO_SERVER_NAME": "[::1]"}
    with serving(command, ROOT, environment, "PORT", port) as server:
        url = f"http://[::1]:{port}"
        assert url in server.said
        assert httpx.get(url, timeout=60, trust_env=False).status_code == 200
        asked = httpx.get(url, headers={"Host": "evil.example"}, timeout=60, trust_env=False)
        assert asked.status_code == 403
    assert "Traceback" not in server.said
