"""Security and cache headers of every response, and the statuses that Gradio cannot give."""

from __future__ import annotations

import os

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from yuzug.ui.server.admission import STATUS_KEY

ASSETS = "/assets/"  # their names tell their content
ICONS = "/icons/"
EXAMPLES = "/examples/"
_FOR_EVER = "public, max-age=31536000, immutable"
# What a browser may keep.
_KEPT = ("/static/", ASSETS, "/svelte/", "/theme.css", "/favicon", ICONS, EXAMPLES)
# Gradio's page holds scripts of its own, and makes functions of the words of ours.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)
_PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


def with_headers(scope: Scope, send: Send) -> Send:
    """Add security and cache headers to every answer."""
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    kept = path.startswith(_KEPT)
    spaces = " https://huggingface.co https://*.huggingface.co" if "SPACE_ID" in os.environ else ""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 500:
                message["status"] = scope.get(STATUS_KEY, 500)
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            if path.startswith(ASSETS) and message["status"] == 200:
                # Policies are for documents: they would be half of a small script's response.
                headers["Cache-Control"] = _FOR_EVER
            else:
                headers["Referrer-Policy"] = "same-origin"
                headers["Permissions-Policy"] = _PERMISSIONS
                headers["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors 'self'{spaces}"
                if not kept:
                    headers["Cache-Control"] = "no-store"
        await send(message)

    return sending
