"""A disk without room: what is told to whoever uploads, and that small uploads go on."""

from __future__ import annotations

import errno
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from starlette import formparsers
from starlette.testclient import TestClient

from yuzug.emotions import Language
from yuzug.texts import text
from yuzug.ui.server.gate import Gate
from yuzug.ui.server.uploads import Uploads


class OnAFullDisk(SpooledTemporaryFile[bytes]):
    """A temporary file that stays in memory, since the disk takes nothing."""

    def rollover(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("an upload is answered before Gradio")


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_an_upload_for_which_the_disk_has_no_room_is_told_so(
    lang: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(formparsers, "SpooledTemporaryFile", OnAFullDisk)
    uploads = Uploads()
    gate = Gate(nothing, uploads, set(), None)  # type: ignore[arg-type]
    client = TestClient(gate, headers={"Accept-Language": lang})

    def upload(size: int) -> Any:
        return client.post("/gradio_api/upload", files={"files": ("face.jpg", bytes(size))})

    refused = upload(2 * 2**20)
    assert refused.status_code == 507
    told = refused.json()["detail"]
    assert {"en": "room on its disk", "tr": "yükleme için yer"}[lang] in told
    assert (text("errors.server.disk", "tr") in told) == (lang == "tr")
    assert "No space left" in capsys.readouterr().err
    assert upload(1000).status_code == 200
    uploads.close()
