"""The app in a process of its own, as a person or a Space starts it."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

import pytest


@dataclass
class AppServer:
    """Where it answers; ``said`` is what it has written so far."""

    url: str
    said: str = ""


@contextmanager
def serving(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], port_name: str
) -> Iterator[AppServer]:
    """The server, as soon as it says that it listens on the port that ``port_name`` tells it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**environment, port_name: str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        server = AppServer(f"http://127.0.0.1:{port}")
        for line in process.stdout:
            server.said += line
            if f":{port}" in line:
                break
        else:
            pytest.fail("it did not start:\n" + server.said)
        # A pipe that nobody empties fills up, and the server stops at its next word.
        listening = Thread(target=_listen, args=(server, process.stdout), daemon=True)
        listening.start()
        yield server
        process.terminate()
        process.wait()
        listening.join()


def _listen(server: AppServer, out: IO[str]) -> None:
    for line in out:
        server.said += line
