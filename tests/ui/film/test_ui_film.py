"""The functions of the Film tab: what a clip becomes, a frame explained, and nothing kept."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import clips
import httpx
import numpy as np
import pandas as pd
import pytest
from app_server import AppServer
from numpy.typing import NDArray
from PIL import Image

from yuzug import read_video
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import FilmError, ImageError
from yuzug.film import DEFAULT_EVERY_S
from yuzug.models import Person
from yuzug.texts import text
from yuzug.ui.components.data_urls import data_url
from yuzug.ui.film import handlers as film
from yuzug.ui.film.jobs import FilmJobs, Job
from yuzug.ui.film.limits import Limits
from yuzug.ui.film.timeline_answer import Mine, read_clip
from yuzug.ui.film.view import source
from yuzug.ui.models import Analyzers
from yuzug.ui.server.uploads import Uploads
from yuzug.ui.session import Settings

READER = Settings(model="cnn", consent=True)
PATIENCE_S = 240.0  # a busy machine reads slowly


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, astronaut: NDArray[np.uint8]) -> Path:
    """Three seconds of a face."""
    folder = tmp_path_factory.mktemp("clips")
    return clips.write(folder / "clip.mp4", clips.frames(astronaut, 30), key_every=10)


def read(analyzers: Analyzers, content: bytes, seconds: int = 60, mine: Mine | None = None) -> Any:
    analyzer, limits = analyzers.live("cnn", 7), Limits(seconds=seconds)
    job = Job(io.BytesIO(content), lambda job: {})
    return read_clip(job, analyzer, "clip.mp4", limits, mine)


def test_the_answer_holds_what_the_command_line_writes(analyzers: Analyzers, clip: Path) -> None:
    answer = read(analyzers, clip.read_bytes())
    analyzer = analyzers.live("cnn", 7)
    table = read_video(clip, analyzer, every_s=DEFAULT_EVERY_S).to_pandas()
    files = {name: io.BytesIO(base64.b64decode(file)) for name, file in answer["files"].items()}
    assert set(files) == {"csv", "parquet", "en.png", "tr.png"}
    pd.testing.assert_frame_equal(pd.read_parquet(files["parquet"]), table)
    written = pd.read_csv(files["csv"], dtype={"doubts": "string"})
    written["doubts"] = written["doubts"].fillna("")
    pd.testing.assert_frame_equal(written, table, check_dtype=False)
    for lang in ("en", "tr"):
        assert Image.open(files[f"{lang}.png"]).width > 500
    person = answer["persons"][0]
    assert answer["times"] == pytest.approx(sorted(set(table.time_s)), abs=0.001)
    assert len(person["boxes"]) == len(person["probabilities"]) == len(person["rows"])
    first = table[table.track == person["track"]].iloc[0]
    assert person["probabilities"][0] == pytest.approx(
        [first[name] for name in answer["labels"]], abs=0.01
    )
    assert person["boxes"][0][0] == pytest.approx(first.x / 320, abs=0.01)
    assert answer["end"] == pytest.approx(3.0, abs=0.05)
    assert person["episodes"][0]["emotion"] == answer["labels"].index("happy")
    assert answer["looks"]["tr"][answer["labels"].index("happy")] == "mutlu"
    assert all(face.startswith("data:image/jpeg") for _, face in person["thumbnails"])


def test_an_episode_begins_at_a_frame_of_the_answer(
    analyzers: Analyzers, tmp_path: Path, astronaut: NDArray[np.uint8]
) -> None:
    """The page goes to the last frame at or before its beginning."""
    faces = clips.frames(astronaut, 4)
    times_s = [third / 3 for third in range(5)]
    clip = clips.write(tmp_path / "c.mp4", [np.zeros_like(faces[0]), *faces], times_s=times_s)
    answer = read(analyzers, clip.read_bytes())
    [episode] = answer["persons"][0]["episodes"]
    assert episode["start"] == answer["times"][1] == pytest.approx(1 / 3, abs=0.001)


@pytest.mark.parametrize("told", [True, False])
def test_a_clip_that_is_too_long_is_refused(
    analyzers: Analyzers, clip: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """Also where the file says nothing of its length."""
    if not told:
        monkeypatch.setattr("yuzug.film.decoding.Film._length", lambda self: None)
    with pytest.raises(FilmError) as refused:
        read(analyzers, clip.read_bytes(), seconds=1)
    assert refused.value.kind == "film.too_long"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"words", "film.undecodable"), (b"", "film.empty"), (None, "film.picture")],
)
def test_what_is_no_film_is_told(
    analyzers: Analyzers, astronaut_path: Path, content: bytes | None, kind: str
) -> None:
    with pytest.raises(FilmError) as refused:
        read(analyzers, astronaut_path.read_bytes() if content is None else content)
    assert refused.value.kind == kind


def test_reading_stops_where_nobody_waits_for_it(analyzers: Analyzers, clip: Path) -> None:
    job = Job(io.BytesIO(clip.read_bytes()), lambda job: {})
    job.stop()
    job.file = io.BytesIO(clip.read_bytes())
    assert read_clip(job, analyzers.live("cnn", 7), "clip.mp4", Limits()) == {}
    assert job.at_s == 0.0


def test_reading_an_animation_stops_before_its_end_is_known(
    analyzers: Analyzers, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clips.animation(
        tmp_path / "a.gif", clips.frames(np.zeros((9, 9, 3), np.uint8), 2), [1, 1]
    )
    job = Job(io.BytesIO(path.read_bytes()), lambda job: {}, state="reading")
    seen = 0

    def endless(*_: object) -> Iterator[tuple[float, float, NDArray[np.uint8]]]:
        nonlocal seen
        while seen < 10_000:
            seen += 1
            if seen == 3:
                job.stop()
            yield 0.0, 0.0, np.zeros((48, 64, 3), np.uint8)

    monkeypatch.setattr("yuzug.film.container.animation", endless)
    monkeypatch.setattr("yuzug.film.decoding.animation", endless)
    assert read_clip(job, analyzers.live("cnn", 7), "a.gif", Limits()) == {}
    assert seen < 10


def test_an_animation_of_too_many_pixels_is_refused(
    analyzers: Analyzers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clips.animation(
        tmp_path / "a.gif", clips.frames(np.zeros((9, 9, 3), np.uint8), 9), [1] * 9
    )
    monkeypatch.setattr("yuzug.film.container.MAX_PIXELS_A_SECOND", 10_000)
    with pytest.raises(ImageError, match="million pixels together"):
        read(analyzers, path.read_bytes())


def asked(astronaut: NDArray[np.uint8], box: tuple[float, ...], target: str | None = None) -> Any:
    frame = clips.frames(astronaut, 1)[0]
    options = film.FrameOptions(box=box, model="cnn", classes=7, target=target)  # type: ignore[arg-type]
    return data_url(frame, 90), options.model_dump_json()


def test_a_frame_is_explained_for_the_face_that_is_asked_for(
    analyzers: Analyzers, astronaut: NDArray[np.uint8]
) -> None:
    box = (0.38, 0.3, 0.25, 0.4)
    url, options = asked(astronaut, box)
    answer = film.explain(analyzers, url, options, READER)
    assert answer["map"]["png"].startswith("data:image/png")
    assert answer["map"]["center"] == pytest.approx([160, 115], abs=30)
    assert "happy" in answer["words"]
    url, options = asked(astronaut, box, "sad")
    assert "sad" in film.explain(analyzers, url, options, READER)["words"]
    url, options = asked(astronaut, (0.0, 0.0, 0.1, 0.1))
    assert film.explain(analyzers, url, options, READER) == {"map": None, "words": ""}


def beside(portrait: NDArray[np.uint8], count: int) -> list[NDArray[np.uint8]]:
    """Frames of the face twice, side by side: tracks 0 and 1."""
    alone = clips.frames(portrait, count)
    return [np.concatenate([one, one], axis=1) for one in alone]


@pytest.fixture(scope="module")
def surprised(analyzers: Analyzers, astronaut: NDArray[np.uint8]) -> Person:
    """Somebody whose smile is said to be surprise."""
    return analyzers.live("cnn", 7).teach({"surprise": [astronaut] * 3})


def test_the_taught_face_of_a_clip_is_read_so_and_the_other_is_not(
    analyzers: Analyzers, astronaut: NDArray[np.uint8], surprised: Person, tmp_path: Path
) -> None:
    content = clips.write(tmp_path / "two.mp4", beside(astronaut, 3)).read_bytes()
    plain = read(analyzers, content)
    mine = read(analyzers, content, mine=Mine(surprised, 1))
    assert (plain["mine"], mine["mine"]) == (None, 1)
    column = plain["labels"].index("surprise")

    def shares(answer: Any, track: int) -> Any:
        [one] = [one for one in answer["persons"] if one["track"] == track]
        return np.array(one["probabilities"])

    assert shares(mine, 0) == pytest.approx(shares(plain, 0), abs=2e-3)
    assert shares(mine, 1)[0, column] > 2 * shares(plain, 1)[0, column]
    table = pd.read_csv(io.BytesIO(base64.b64decode(mine["files"]["csv"])))
    assert set(table.track[table.person]) == {1}
    assert surprised.labels["surprise"].mean.codes[:40] not in repr(mine)


def test_the_map_of_a_taught_face_is_of_the_adapted_reading(
    analyzers: Analyzers, astronaut: NDArray[np.uint8], surprised: Person
) -> None:
    url = data_url(beside(astronaut, 1)[0], 90)
    sent = json.loads(surprised.to_json())
    answers = []
    for box in ((0.19, 0.3, 0.12, 0.4), (0.69, 0.3, 0.12, 0.4)):
        for person in (None, sent):
            options = film.FrameOptions(
                box=box, model="cnn", classes=7, target="surprise", person=person
            )
            answers.append(film.explain(analyzers, url, options.model_dump_json(), READER))
    assert [answer["map"] is None for answer in answers] == [False] * 4
    assert answers[0]["map"] != answers[1]["map"]
    assert answers[2]["map"] != answers[3]["map"], "also where it is not the largest face"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clip_for_somebody_of_other_weights_is_refused(
    analyzers: Analyzers, surprised: Person, lang: Language
) -> None:
    reader = Settings(model="resnet18", consent=True)
    for person, kind in ((json.loads(surprised.to_json()), "weights"), ({"me": 1}, "invalid")):
        uploads, file = Uploads(), io.BytesIO(b"a clip")
        clip = {"file": {"path": uploads.keep(file, "c.mp4")}, "person": person, "track": 0}
        told = film.start(analyzers, uploads, FilmJobs(), Limits(), clip, reader, "visit")
        assert text(f"errors.person.{kind}", lang) in told["notices"][lang]
        assert file.closed


def test_a_clip_is_read_for_its_owner_by_the_model_that_read_it_first(
    analyzers: Analyzers, surprised: Person
) -> None:
    """Also where another one is chosen by then, which cannot read what was taught."""
    reader, uploads = Settings(model="resnet18", consent=True), Uploads()
    clip = {
        "file": {"path": uploads.keep(io.BytesIO(b"a clip"), "c.mp4")},
        "person": json.loads(surprised.to_json()),
        "track": 0,
        "model": "cnn",
        "classes": 7,
    }
    jobs = FilmJobs()
    started = film.start(analyzers, uploads, jobs, Limits(), clip, reader, "visit")
    jobs.cancel("visit")
    undecodable = text("errors.film.undecodable", "en")  # where it was as quick as that
    assert "state" in started or undecodable in started["notices"]["en"]


def test_what_is_malformed_is_answered(analyzers: Analyzers, astronaut: NDArray[np.uint8]) -> None:
    url, options = asked(astronaut, (0.4, 0.3, 0.2, 0.4))
    for wrong in ("[", '{"box": "a"}', '{"box": [1, 2], "model": "cnn", "classes": 7}', None):
        assert film.explain(analyzers, url, wrong, READER) == {"map": None, "words": ""}
    for pixels in ("", "data:image/png;base64,aGk="):
        assert "yz-notice" in film.explain(analyzers, pixels, options, READER)["notice"]
    other = options.replace('"cnn"', '"owl"')
    assert "yz-notice" in film.explain(analyzers, url, other, READER)["notice"]
    assert "yz-notice" in film.explain(analyzers, url, options, Settings(model="cnn"))["notice"]


def test_a_clip_with_more_bytes_than_the_host_allows_is_deleted(analyzers: Analyzers) -> None:
    uploads, jobs = Uploads(), FilmJobs()
    file = io.BytesIO(bytes(2**20 + 1))
    path = uploads.keep(file, "clip.mp4")
    given = (
        analyzers,
        uploads,
        jobs,
        Limits(megabytes=1),
        {"file": {"path": path}},
        READER,
        "a-visit",
    )
    told = film.start(*given)["notices"]
    assert set(told) == set(LANGUAGES), "the page may change its language while it stands"
    assert "too large" in told["en"]
    assert file.closed
    assert "yz-notice" in film.start(*given)["notices"]["tr"], "an upload was taken twice"
    assert len(jobs) == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_pyav_the_tab_says_how_to_get_it(lang: Language) -> None:
    drawn = source(Limits(), there=False)(lang)
    assert "pip install yuzug[video]" in drawn
    assert "<input" not in drawn
    bounds = source(Limits(megabytes=20, seconds=30), there=True)(lang)
    assert "20 MB" in bounds
    assert "30" in bounds


# --- A running server ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def heavy(tmp_path_factory: pytest.TempPathFactory, astronaut: NDArray[np.uint8]) -> bytes:
    """A clip that takes seconds to read and is large enough to lie on the disk."""
    path = tmp_path_factory.mktemp("heavy") / "clip.mp4"
    clips.write(path, clips.frames(astronaut, 40) * 6, key_every=40)
    return clips.padded(path).read_bytes()


class Visitor:
    """A page of the running server, whose notice was accepted."""

    def __init__(self, url: str) -> None:
        self.web = httpx.Client(base_url=f"{url}/gradio_api", timeout=PATIENCE_S)
        self.visit = os.urandom(6).hex()
        [loads] = [
            one
            for one in httpx.get(f"{url}/config", timeout=60).json()["dependencies"]
            if any(event == "load" for _, event in one["targets"])
        ]
        self.run(loads["api_name"], {"consent": True}, *[None] * (len(loads["inputs"]) - 1))
        beat = self.web.build_request("GET", f"heartbeat/{self.visit}")
        self.beat = self.web.send(beat, stream=True)

    def run(self, name: str, *data: Any) -> Any:
        body = {"data": [*data], "session_hash": self.visit}
        answer = self.web.post(f"run/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"][0]

    def read(self, content: bytes) -> Any:
        form = {"files": ("my clip.mp4", content)}
        [path] = self.web.post(f"upload?film={self.visit}", files=form).json()
        return self.run("film_read", {"file": {"path": path, "orig_name": "my clip.mp4"}}, None)

    def leave(self) -> None:
        self.beat.close()


@pytest.fixture
def arrive(server: AppServer) -> Iterator[Callable[[], Visitor]]:
    visitors: list[Visitor] = []

    def arrive() -> Visitor:
        visitors.append(Visitor(server.url))
        return visitors[-1]

    yield arrive
    for visitor in visitors:
        visitor.leave()
        visitor.web.close()


@contextmanager
def soon(seconds: float) -> Iterator[Callable[[Callable[[], bool]], None]]:
    end_s = time.monotonic() + seconds

    def wait(holds: Callable[[], bool]) -> None:
        while not holds():
            assert time.monotonic() < end_s
            time.sleep(0.05)

    yield wait


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@on_linux
def test_a_clip_has_no_name_on_disk_and_is_deleted_when_it_was_read(
    server: AppServer, arrive: Callable[[], Visitor], heavy: bytes
) -> None:
    visitor, other = arrive(), arrive()
    assert visitor.read(heavy)["state"] in ("reading", "waiting")
    held = server.held_files()
    assert len(held) == 1
    assert held[0].endswith("(deleted)"), "it has a name"
    assert other.run("film_progress", None) == {"state": "none"}, "another visit sees it"
    answer: dict[str, Any] = {}

    def done() -> bool:
        answer.update(visitor.run("film_progress", None))
        return answer["state"] == "done"

    with soon(PATIENCE_S) as wait:
        wait(done)
    assert server.held_files() == []
    assert answer["film"]["name"] == "my clip.mp4"
    assert answer["film"]["persons"][0]["episodes"]
    again = visitor.run("film_progress", None)
    assert again["film"] == answer["film"], "what is lost on its way is lost"
    visitor.run("film_cancel", None)  # the page has it
    assert visitor.run("film_progress", None) == {"state": "none"}, "what was read is kept"


@on_linux
@pytest.mark.parametrize("how", ["cancel", "leave"])
def test_a_clip_is_deleted_when_it_is_cancelled_or_its_page_is_left(
    server: AppServer, arrive: Callable[[], Visitor], heavy: bytes, how: str
) -> None:
    visitor = arrive()
    visitor.read(heavy)
    assert len(server.held_files()) == 1
    if how == "cancel":
        assert visitor.run("film_cancel", None) == {"state": "none"}
    else:
        visitor.leave()
    with soon(20) as wait:
        wait(lambda: server.held_files() == [])


def test_only_a_visit_may_send_more_than_a_photo_has(
    server: AppServer, arrive: Callable[[], Visitor]
) -> None:
    visitor = arrive()
    assert refusal(server, "unknown-visit", 41) == 413
    assert refusal(server, visitor.visit, 101) == 413
    # Not too long, but no video.
    answer = visitor.read(bytes(41 * 2**20))
    with soon(PATIENCE_S) as wait:
        wait(lambda: "notices" in (answer | visitor.run("film_progress", None)))
    assert server.held_files() == []


def refusal(server: AppServer, visit: str, megabytes: int) -> int:
    """What is answered to an upload that announces so much."""
    at = urlsplit(server.url)
    with socket.create_connection((str(at.hostname), int(at.port or 0)), PATIENCE_S) as wire:
        head = f"POST /gradio_api/upload?film={visit} HTTP/1.1\r\nHost: {at.netloc}\r\n"
        wire.sendall(f"{head}Content-Length: {megabytes * 2**20}\r\n\r\n".encode())
        return int(wire.recv(100).split()[1])
