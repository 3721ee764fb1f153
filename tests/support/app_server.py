"""The app in a process of its own, as a person or a Space starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

import pytest


@dataclass
class AppServer:
    """Where it answers, and its process; ``said`` is what it has written so far."""

    url: str
    pid: int
    said: str = ""

    def held_files(self, larger_than: int = 2**21) -> list[str]:
        """The paths of the files of this size that its process holds open; on Linux alone."""
        found = []
        for number in os.listdir(f"/proc/{self.pid}/fd"):
            path = f"/proc/{self.pid}/fd/{number}"
            with suppress(OSError):  # closed meanwhile
                name = os.readlink(path)
                if os.stat(path).st_size > larger_than and name.startswith(tempfile.gettempdir()):
                    found.append(name)
        return found


@contextmanager
def serving(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    port_name: str,
    port: int = 0,
) -> Iterator[AppServer]:
    """The server, as soon as it says that it listens on the port that ``port_name`` tells it.

    Without ``port`` that is a free one.
    """
    if not port:
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
        server = AppServer(f"http://127.0.0.1:{port}", process.pid)
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
