"""What the server's log leaves out: what callers sent, and one fault thousands of times.

Libraries below the page log each message that they refuse, with a piece of it, which may be of a
picture. The caller has the error; the log is for whoever runs the server.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable

REPEATED_AFTER_S = 60.0
# They log what a caller did wrong; errors of their own stay.
_REFUSING = (
    "mcp.server.lowlevel.server",
    "mcp.server.transport_security",
    "python_multipart.multipart",
)
_POSTED = "mcp.server.streamable_http"
_SESSION = "/mcp/shared/session.py"


def install() -> None:
    """Put the filters into the loggers of this process."""
    for name in _REFUSING:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger().addFilter(_not_refused)  # where the sessions of agents log
    logging.getLogger(_POSTED).addFilter(_not_undecodable)
    # Where warnings are errors, Gradio's count of its calls failed at each one.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"gradio\.")
    # Without a free descriptor asyncio says so for every connection that waits.
    logging.getLogger("asyncio").addFilter(Once())


def _not_refused(record: logging.LogRecord) -> bool:
    return not record.pathname.replace("\\", "/").endswith(_SESSION)


def _not_undecodable(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ValueError))


class Once(logging.Filter):
    """Lets the same message through once a minute."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._logged_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether this message was not logged in the last minute."""
        now_s = self._now_s()
        self._logged_s = {
            message: at_s
            for message, at_s in self._logged_s.items()
            if now_s - at_s < REPEATED_AFTER_S
        }
        message = str(record.msg)
        if message in self._logged_s:
            return False
        self._logged_s[message] = now_s
        return True
