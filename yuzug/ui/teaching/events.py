"""Which event of teaching calls which handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yuzug.ui.components.event_options import quietly
from yuzug.ui.live.frame_scheduler import MAX_VISITORS
from yuzug.ui.models import Analyzers
from yuzug.ui.server.uploads import bytes_of_data_url
from yuzug.ui.session import Settings
from yuzug.ui.teaching import lesson

if TYPE_CHECKING:
    from yuzug.ui.page import Page


def wire(page: Page, analyzers: Analyzers) -> None:
    """Connect what the script asks to be learned; it calls this by its name, past the queue."""
    call = page.lesson

    def teach(asked: str | None, picture: str | None, settings: Settings) -> lesson.Json:
        source = bytes_of_data_url(picture) if picture else None
        return lesson.learn(analyzers, asked, source, settings)

    call.asked.submit(
        teach,
        [call.asked, call.picture, page.settings],
        [call.answer],
        api_name="teach",
        queue=False,
        concurrency_limit=MAX_VISITORS,
        **quietly(page),
    )
