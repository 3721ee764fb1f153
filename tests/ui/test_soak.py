"""A minute of live visitors and photos leaves the server as it was."""

from __future__ import annotations

import sys

import pytest
from app_server import AppServer
from soak import soak

SECONDS = 60.0
WARM_UP_S = 20.0
GROWS_MB = 40.0  # what an allocator may keep; a picture held for each photo would be far more


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads what a process holds from /proc")
def test_a_minute_of_use_leaves_nothing_behind(server: AppServer) -> None:
    soak(server.url, server.pid, WARM_UP_S, visitors=2)
    came = soak(server.url, server.pid, SECONDS, visitors=2)
    assert came.refused == 0
    assert came.visits >= 6
    assert came.frames > 20
    assert came.photos >= 5
    first, last = came.held[0], came.held[-1]
    assert last.rss_mb < first.rss_mb + GROWS_MB
    assert last.threads <= first.threads
    assert last.handles <= first.handles
    assert "Traceback" not in server.said
