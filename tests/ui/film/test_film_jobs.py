"""The line of clips: one is read at a time, and each is deleted as soon as it may be."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable

import pytest

from yuzug.emotions import LANGUAGES
from yuzug.errors import FilmError, OptionError, YuzugError
from yuzug.ui.components.header import notice
from yuzug.ui.film import jobs as line
from yuzug.ui.film.jobs import FilmJobs, Job, Result
from yuzug.ui.film.limits import MEGABYTES, SECONDS, Limits
from yuzug.ui.film.view import source
from yuzug.ui.server.uploads import Uploads

PATIENCE_S = 10.0


class Reading:
    """What a job does, until the test lets it end."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.end = threading.Event()
        self.raises = raises

    def __call__(self, job: Job) -> Result:
        while not (self.end.wait(0.002) or job.stopped):
            pass
        if self.raises is not None:
            raise self.raises
        return {"frames": 3}

    def job(self) -> Job:
        return Job(io.BytesIO(b"a clip"), self)


def until(holds: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.002)


def test_a_result_is_there_until_the_page_has_it_and_the_clip_is_gone_before() -> None:
    jobs, reading = FilmJobs(), Reading()
    job = reading.job()
    jobs.start("ada", job)
    assert jobs.of("ada") == (job, 0)
    assert len(jobs) == 1
    reading.end.set()
    until(lambda: job.state == "done")
    assert job.file.closed
    assert len(jobs) == 0
    for _ in range(2):  # the first answer may be lost on its way
        told, _ = jobs.of("ada")
        assert told is not None
        assert told.result == {"frames": 3}
    assert jobs.busy
    jobs.cancel("ada")  # the page has it
    assert jobs.of("ada") == (None, 0)
    assert not jobs.busy


def test_one_is_read_at_a_time_and_each_knows_how_many_are_before_it() -> None:
    jobs, readings = FilmJobs(waiting=2), [Reading() for _ in range(4)]
    made = [reading.job() for reading in readings]
    for name, job in zip("abc", made, strict=False):
        jobs.start(name, job)
    assert [job.state for job in made[:3]] == ["reading", "waiting", "waiting"]
    assert [jobs.of(name)[1] for name in "abc"] == [0, 1, 2]
    with pytest.raises(YuzugError) as full:
        jobs.start("d", made[3])
    assert full.value.kind == "server.busy"
    assert made[3].file.closed
    readings[0].end.set()
    until(lambda: made[1].state == "reading")
    assert jobs.of("c")[1] == 1
    jobs.close()
    until(lambda: all(job.file.closed for job in made))


def test_cancelling_deletes_the_clip_whether_it_is_read_or_waits() -> None:
    jobs, first, second = FilmJobs(), Reading(), Reading()
    read, waits = first.job(), second.job()
    jobs.start("a", read)
    jobs.start("b", waits)
    jobs.cancel("b")
    assert waits.file.closed
    jobs.cancel("a")
    until(lambda: read.file.closed)
    assert jobs.of("a") == (None, 0)


def test_another_clip_of_a_visit_ends_the_one_before() -> None:
    jobs, first, second = FilmJobs(), Reading(), Reading()
    before, after = first.job(), second.job()
    jobs.start("a", before)
    jobs.start("a", after)
    until(lambda: before.file.closed and after.state == "reading")
    jobs.close()


def test_a_clip_whose_page_was_left_is_deleted() -> None:
    jobs, reading = FilmJobs(), Reading()
    job = reading.job()
    jobs.start("a", job)
    jobs.drop_left(lambda name: name == "a")
    assert not job.stopped
    jobs.drop_left(lambda name: False)
    until(lambda: job.file.closed)

    jobs, late = FilmJobs(minutes=0), Reading().job()
    jobs.start("b", late)
    jobs.drop_left(lambda name: True)
    until(lambda: late.file.closed)


def test_what_nobody_fetches_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, reading = FilmJobs(), Reading()
    reading.end.set()
    job = reading.job()
    jobs.start("a", job)
    until(lambda: job.state == "done")
    jobs.drop_left(lambda name: True)
    monkeypatch.setattr(line, "UNFETCHED_S", 0.0)
    jobs.drop_left(lambda name: True)
    assert jobs.of("a") == (None, 0)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (FilmError("film.no_video", must="m", got="g", do="d"), "film.no_video"),
        (RuntimeError("a fault of ours"), "film.undecodable"),
    ],
)
def test_however_a_reading_fails_the_clip_is_gone_and_the_next_is_read(
    raised: Exception, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs, failing, next_one = FilmJobs(), Reading(raised), Reading()
    failed, waits = failing.job(), next_one.job()
    jobs.start("a", failed)
    jobs.start("b", waits)
    failing.end.set()
    until(lambda: waits.state == "reading")
    assert failed.file.closed
    assert failed.error is not None
    assert failed.error.kind == kind
    assert ("a fault of ours" in capsys.readouterr().err) == isinstance(raised, RuntimeError)
    jobs.close()


def test_a_host_says_how_large_and_long_a_clip_may_be() -> None:
    assert Limits.of({}) == Limits(100, 60)
    assert Limits.of({MEGABYTES: "20", SECONDS: "300"}).bytes == 20 * 2**20
    assert Limits.of({SECONDS: "3600"}).minutes == 600
    for said in ("0", "-1", "many", "1e3", "99999", "²"):
        with pytest.raises(OptionError, match=SECONDS):
            Limits.of({SECONDS: said})


@pytest.mark.parametrize("megabytes", [1, 100, 600, 2000])
def test_the_largest_clip_throws_out_no_upload(megabytes: int) -> None:
    limits = Limits.of({MEGABYTES: str(megabytes)})
    uploads = Uploads(limits.bytes)
    photo = uploads.keep(io.BytesIO(b"a photo"), "me.jpg")
    clip = uploads.keep(_Large(limits.bytes), "clip.mp4")
    assert uploads.holds(photo)
    assert uploads.holds(clip)
    many = [uploads.keep(_Large(limits.bytes), "clip.mp4") for _ in range(600)]
    assert not uploads.holds(clip)
    assert uploads.holds(many[-1])
    uploads.close()


class _Large(io.BytesIO):
    """A file that says it has so many bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def seek(self, *_: int) -> int:
        return self._size


@pytest.mark.parametrize("seconds", [60, 600])
def test_the_page_says_how_long_a_clip_stays(seconds: int) -> None:
    limits = Limits(seconds=seconds)
    for lang in LANGUAGES:
        said = {"en": f" {limits.minutes} minutes", "tr": f" en fazla {limits.minutes} dakika"}[
            lang
        ]
        assert said in notice(lang, limits.minutes)
        assert said in source(limits, True)(lang)
