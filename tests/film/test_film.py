"""Films as tables, summaries, pictures and annotated copies, in Python and on the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import clips
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from clips import Picture

import yuzug
from yuzug import Analyzer
from yuzug.analysis import Analysis
from yuzug.cli import main
from yuzug.errors import FilmError
from yuzug.faces import Detection
from yuzug.film import Film, read_video
from yuzug.film.annotated import AnnotatedFilm, drawn
from yuzug.film.picture import MAX_PERSONS, draw
from yuzug.film.reading import SEARCH_EVERY_S
from yuzug.film.summary import summary
from yuzug.film.timeline import MAX_THUMBNAILS, Timeline
from yuzug.images import load_image
from yuzug.records.tables import Columns, film_rows

Capture = pytest.CaptureFixture[str]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load("cnn")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, astronaut: Picture) -> Path:
    """Three seconds: a face for two of them, then the wall."""
    pictures = clips.frames(astronaut, 20)
    wall = np.full_like(pictures[0], 120)
    return clips.write(tmp_path_factory.mktemp("film") / "clip.mp4", [*pictures, *[wall] * 10])


def test_a_film_gives_analyses_with_time_and_track(clip: Path, analyzer: Analyzer) -> None:
    with read_video(clip, analyzer, every_s=None) as reading:
        found = list(reading)
    assert [analysis.frame for analysis in found] == list(range(30))
    assert [analysis.time_s for analysis in found] == pytest.approx(
        [number / 10 for number in range(30)], abs=0.002
    )
    assert {face.track for analysis in found for face in analysis.faces} == {0}
    assert sum(bool(analysis.faces) for analysis in found) >= 18
    assert not any(analysis.faces for analysis in found[20:])
    assert found[0].faces[0].emotion == "happy"


def test_it_reads_what_live_reads_of_the_same_frames(clip: Path, analyzer: Analyzer) -> None:
    session = yuzug.StreamSession(search_every_s=SEARCH_EVERY_S)
    with Film(clip) as film:
        live = [session.step(analyzer, one.image, one.time_s) for one in film.frames()]
    for one, other in zip(read_video(clip, analyzer, every_s=None), live, strict=True):
        assert len(one.faces) == len(other.faces)
        for face, known in zip(one.faces, other.faces, strict=True):
            assert face.box_xywh == known.box_xywh
            assert face.emotion == known.emotion
            # A batch adds in another order than single faces do.
            assert face.probabilities == pytest.approx(known.probabilities, abs=1e-5)
            assert face.heatmap == pytest.approx(known.heatmap, abs=1e-3)


def test_large_frames_are_read_in_smaller_batches_with_the_same_result(
    clip: Path, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = list(read_video(clip, analyzer))
    sizes: list[int] = []
    read = yuzug.StreamSession.read

    def counted(self: Any, by: Analyzer, frames: Sequence[Any], **options: Any) -> Any:
        sizes.append(len(frames))
        return read(self, by, frames, **options)

    monkeypatch.setattr(yuzug.StreamSession, "read", counted)
    monkeypatch.setattr("yuzug.film.reading.MAX_BATCH_BYTES", 3 * usual[0].image.nbytes)
    for one, other in zip(usual, read_video(clip, analyzer), strict=True):
        assert one.time_s == other.time_s
        for face, known in zip(one.faces, other.faces, strict=True):
            assert face.probabilities == pytest.approx(known.probabilities, abs=1e-5)
    assert sizes == [3] * (len(usual) // 3)


def test_raw_readings_are_those_of_each_frame_alone(clip: Path, analyzer: Analyzer) -> None:
    with Film(clip) as film:
        first = [frame.image for frame in film.frames()][:8]
    raw = read_video(clip, analyzer, every_s=None, smooth=False, heatmaps=False)
    with raw:
        for image, analysis in zip(first, raw, strict=False):
            alone = analyzer.steps.classify(
                analyzer.steps.locate(image, thorough=False)
            ).predictions
            for face, reading in zip(analysis.faces, alone, strict=True):
                assert list(face.probabilities.values()) == pytest.approx(
                    reading.probabilities, abs=1e-5
                )


def test_smoothing_makes_fewer_changes(analyzer: Analyzer, clip: Path) -> None:
    flickering = [("happy", 0.6), ("sad", 0.6)] * 15
    raw = timeline_of(analyzer, clip, [name for name, _ in flickering])
    steady = timeline_of(analyzer, clip, ["happy"] * 30)
    assert raw.persons[0].changes == 29
    assert steady.persons[0].changes == 0


def test_seldom_frames_still_follow_a_person(
    tmp_path: Path, astronaut: Picture, analyzer: Analyzer
) -> None:
    times = [1.5 * number for number in range(6)]
    path = clips.write(tmp_path / "slow.mp4", clips.frames(astronaut, 6), times_s=times)
    with read_video(path, analyzer, every_s=1.5, heatmaps=False) as reading:
        found = [[face.track for face in analysis.faces] for analysis in reading]
    assert found == [[0]] * 6


def test_leaving_early_stops_the_threads(clip: Path, analyzer: Analyzer) -> None:
    before = threading.active_count()
    with read_video(clip, analyzer, every_s=None) as reading:
        assert next(reading).frame == 0
    assert threading.active_count() == before
    assert list(reading) == []


def test_a_fault_in_a_thread_reaches_the_caller(clip: Path, analyzer: Analyzer) -> None:
    class Failing:
        name = "failing"

        def detect(self, image: Picture, *, thorough: bool = True) -> tuple[Detection, ...]:
            raise ZeroDivisionError("on purpose")

    failing = Analyzer(analyzer.classifier.checkpoint, 7, Failing())
    with pytest.raises(ZeroDivisionError, match="on purpose"):
        list(read_video(clip, failing))


@pytest.mark.parametrize("every_s", [0, -1.0, float("nan"), float("inf")])
def test_times_that_make_no_sense_are_refused(
    clip: Path, analyzer: Analyzer, every_s: float
) -> None:
    with pytest.raises(yuzug.YuzugError, match="positive number of seconds"):
        read_video(clip, analyzer, every_s=every_s)


def test_a_film_as_a_table(clip: Path, analyzer: Analyzer) -> None:
    frame = read_video(clip, analyzer, every_s=0.2).to_pandas()
    promised = ["film", "frame", "time_s", "track", "x", "y", "w", "h"]
    promised += ["score", "emotion", "confidence", "sure", "doubts", "person"]
    assert [name for name in frame.columns if name in promised] == promised
    assert set(analyzer.labels) <= set(frame.columns)
    seen = frame[frame["emotion"].notna()]
    labels = list(analyzer.labels)
    assert seen[labels].sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-3)
    assert seen["region_mouth"].between(0, 1).all()
    assert seen["sharpness"].gt(0).all()
    assert not seen["person"].any()
    assert frame["film"].eq("clip.mp4").all()
    assert frame.loc[frame["time_s"] > 2.0, "emotion"].isna().all()


def timeline_of(
    analyzer: Analyzer, clip: Path, emotions: list[str | None], step_s: float = 0.1
) -> Timeline:
    """A timeline in which one person shows these expressions; None for nobody."""
    with read_video(clip, analyzer, heatmaps=False) as reading:
        analysis = next(reading)
    timeline = Timeline(analyzer.labels)
    for number, emotion in enumerate(emotions):
        timeline.add(_shown(analysis, number * step_s, emotion, timeline.labels))
    return timeline


def _shown(
    analysis: Analysis, time_s: float, emotion: str | None, labels: tuple[str, ...], track: int = 0
) -> Analysis:
    if emotion is None:
        return replace(analysis, faces=(), dominant_index=None, time_s=time_s)
    shares = dict.fromkeys(labels, 0.0) | {emotion: 1.0}
    doubts = ("unsure",) if emotion == "neutral" else ()
    face = replace(
        analysis.faces[0], emotion=emotion, probabilities=shares, doubts=doubts, track=track
    )
    return replace(analysis, faces=(face,), time_s=time_s)


def test_episodes_are_runs_of_one_sure_expression(analyzer: Analyzer, clip: Path) -> None:
    shown = ["happy"] * 10 + ["sad"] * 2 + ["surprise"] * 5 + [None] * 3 + ["surprise"] * 6
    shown += ["neutral"] * 8  # not sure, see _shown
    timeline = timeline_of(analyzer, clip, shown)
    (person,) = timeline.persons
    found = [
        (one.emotion, round(one.start_s, 3), round(one.end_s, 3), one.confidence)
        for one in timeline.episodes(person)
    ]
    assert found == [
        ("happy", 0.0, 1.0, 1.0),
        ("surprise", 1.2, 1.7, 1.0),
        ("surprise", 2.0, 2.6, 1.0),
    ]
    assert person.changes == 3


def test_the_summary_adds_up(analyzer: Analyzer, clip: Path) -> None:
    timeline = timeline_of(analyzer, clip, ["happy"] * 10 + [None] * 5 + ["sad"] * 5, step_s=0.2)
    reading = read_video(clip, analyzer)
    record = summary(reading, timeline)
    reading.close()
    (person,) = record.persons
    assert person.seconds == pytest.approx(3.0)
    assert person.expressions["happy"].seconds == pytest.approx(2.0)
    assert person.expressions["sad"].share == pytest.approx(1 / 3, abs=1e-3)
    assert (person.first_s, person.last_s) == pytest.approx((0.0, 4.0))
    assert person.changes == 1
    assert record.read_until_s == pytest.approx(4.0)


def test_no_frame_stands_for_longer_than_the_film_is(analyzer: Analyzer, clip: Path) -> None:
    timeline = timeline_of(analyzer, clip, ["happy"] * 4, step_s=1.0)
    assert timeline.held_s.tolist() == [1.0] * 4
    timeline.duration_s = 3.25
    assert timeline.held_s.tolist() == [1.0, 1.0, 1.0, 0.25]


def test_a_film_of_one_frame_has_a_summary(analyzer: Analyzer, clip: Path) -> None:
    reading = read_video(clip, analyzer)
    reading.close()
    for shown in (["happy"], [None], []):
        record = summary(reading, timeline_of(analyzer, clip, shown))
        assert record.frames == len(shown)
        if shown == ["happy"]:
            assert record.persons[0].expressions["happy"].share == 1.0


def test_the_timeline_of_an_hour_stays_small(analyzer: Analyzer, clip: Path) -> None:
    timeline = timeline_of(analyzer, clip, ["happy", "sad"] * 3000)
    (person,) = timeline.persons
    assert len(person.thumbnails) <= MAX_THUMBNAILS
    spread = np.diff([time_s for time_s, _ in person.thumbnails])
    assert spread.max() < 4 * spread.min()


def test_the_picture_shows_each_person_and_episode(analyzer: Analyzer, clip: Path) -> None:
    timeline = timeline_of(analyzer, clip, ["happy"] * 10 + ["sad"] * 10)
    with read_video(clip, analyzer, heatmaps=False) as reading:
        analysis = next(reading)
    for number in range(MAX_PERSONS + 2):
        timeline.add(_shown(analysis, 2.0 + number, "fear", timeline.labels, track=number + 1))
    for lang, words in (
        ("en", ("happy", "person 1 (track 0)", "3 more")),
        ("tr", ("mutlu", "1. kişi (takip no: 0)", "3 kişi")),
    ):
        figure = draw(timeline, "clip $1.mp4", lang)  # type: ignore[arg-type]
        assert len(figure.axes) == MAX_PERSONS
        legend = [one.get_text() for one in figure.legends[0].get_texts()]
        assert words[0] in legend
        assert figure.axes[0].get_ylabel() == words[1]
        assert words[2] in figure.get_suptitle()
    bars = draw(timeline, "a").axes[0].patches
    assert [round(bar.get_width(), 1) for bar in bars] == [1.0, 1.0]
    assert draw(timeline_of(analyzer, clip, [None] * 3), "a").axes[0].texts[0].get_text()


def test_the_annotated_film_shows_what_was_read(
    tmp_path: Path, clip: Path, analyzer: Analyzer
) -> None:
    path = tmp_path / "out.mp4"
    with AnnotatedFilm(path, lang="tr") as film, read_video(clip, analyzer) as reading:
        analyses = list(reading)
        for analysis in analyses:
            film.write(analysis)
    assert film.is_h264
    with Film(path) as copy:
        frames = list(copy.frames())
    assert len(frames) == len(analyses)
    assert [frame.time_s for frame in frames] == pytest.approx(
        [analysis.time_s for analysis in analyses], abs=0.01
    )
    assert np.abs(frames[0].image.astype(int) - analyses[0].image).max() > 100
    assert np.abs(frames[-1].image.astype(int) - analyses[-1].image).mean() < 5


def test_without_h264_what_else_there_is_is_taken(
    tmp_path: Path, clip: Path, analyzer: Analyzer
) -> None:
    path = tmp_path / "out.mp4"
    with AnnotatedFilm(path, encoders=("no-such-encoder", "mpeg4")) as film:
        for analysis in read_video(clip, analyzer, every_s=0.5):
            film.write(analysis)
    assert not film.is_h264
    with Film(path) as copy:
        assert len(list(copy.frames())) == 6
    with pytest.raises(yuzug.YuzugError, match="no-such-encoder"):
        AnnotatedFilm(path, encoders=("no-such-encoder",))
    with pytest.raises(yuzug.YuzugError, match="annotated film"):
        AnnotatedFilm(tmp_path / "nowhere" / "out.mp4")


def test_heat_maps_are_painted_on_request(clip: Path, analyzer: Analyzer) -> None:
    with read_video(clip, analyzer) as reading:
        analysis = next(reading)
    plain, mapped = drawn(analysis, "en"), drawn(analysis, "en", heatmaps=True)
    assert not np.array_equal(plain, mapped)


def test_the_largest_face_is_read_as_it_was_taught(
    capsys: Capture, tmp_path: Path, clip: Path, analyzer: Analyzer, astronaut_path: Path
) -> None:
    me = analyzer.teach({"surprise": [astronaut_path] * 3})
    with read_video(clip, analyzer, heatmaps=False) as plain:
        usual = next(plain).faces[0]
    with read_video(clip, analyzer, heatmaps=False, person=me) as taught:
        mine = next(taught).faces[0]
    assert mine.probabilities["surprise"] > usual.probabilities["surprise"]
    with read_video(clip, analyzer, heatmaps=False, person=me, person_track=7) as other:
        assert next(other).faces[0].probabilities == pytest.approx(usual.probabilities, abs=1e-5)
    (tmp_path / "me.json").write_text(me.to_json())
    words = [clip, "--out", tmp_path / "out", "--person", tmp_path / "me.json", "--every", "1s"]
    code, [line], _ = lines(capsys, *words, "--model", "cnn")
    assert (code, line["person"]) == (0, True)
    [table] = [pd.read_csv(path) for path in (tmp_path / "out").glob("*.csv")]
    assert table["person"].all()
    code, _, _ = lines(capsys, *words, "--model", "cnn", "--person-track", 7)
    [table] = [pd.read_csv(path) for path in (tmp_path / "out").glob("*.csv")]
    assert code == 0
    assert not table["person"].any(), "nobody has that track"
    with pytest.raises(yuzug.YuzugError):
        read_video(clip, Analyzer.load("resnet18"), person=me)
    for lang, told in (("en", "taught with these weights"), ("tr", "başka bir modele")):
        code, said, err = lines(capsys, *words, "--lang", lang)  # the default model has others
        assert (code, said) == (2, [])
        assert told in err
    without = [*words[:3], "--person-track", 0]
    assert lines(capsys, *without)[0] == 2, "whose face, but not what was taught of it"


def lines(capture: Capture, *words: object) -> tuple[int, list[dict[str, object]], str]:
    code = main(["video", *(str(word) for word in words)])
    out, err = capture.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_the_command_writes_tables_a_summary_and_a_picture(
    capsys: Capture, clip: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    copy = tmp_path / "copy.mp4"
    code, [line], err = lines(
        capsys, clip, "--out", out, "--model", "cnn", "--fps", 5, "--film", copy, "--heatmap"
    )
    assert (code, err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == [
        *("clip.csv", "clip.json", "clip.parquet", "clip.png")
    ]
    assert json.loads((out / "clip.json").read_text("utf-8")) == line
    assert line["schema"] == 1
    assert line["frames"] == 15
    assert line["notes"] == []
    parquet, text = pd.read_parquet(out / "clip.parquet"), pd.read_csv(out / "clip.csv")
    assert list(parquet.columns) == list(text.columns)
    for name in ("frame", "time_s", "confidence", "happy", "x", "sharpness", "region_mouth"):
        assert text[name].to_numpy() == pytest.approx(parquet[name].to_numpy(), nan_ok=True)
    assert text["emotion"].fillna("").tolist() == parquet["emotion"].fillna("").tolist()
    assert load_image(out / "clip.png").shape[1] > 1000
    with Film(copy) as film:
        assert len(list(film.frames())) == 15


def test_of_ten_films_three_broken_seven_are_read(
    capsys: Capture, tmp_path: Path, astronaut: Picture
) -> None:
    good = []
    for number in range(7):
        folder = tmp_path / str(number)
        folder.mkdir()
        good.append(clips.write(folder / "film.mp4", clips.frames(astronaut, 2)))
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "text.mp4").write_text("no film")
    bad = [tmp_path / "empty.mp4", tmp_path / "text.mp4", clips.sound(tmp_path / "voice.m4a")]
    films = [good[0], bad[0], *good[1:4], bad[1], bad[2], *good[4:]]
    out = tmp_path / "out"
    code, found, err = lines(capsys, *films, "--out", out, "--model", "cnn", "--lang", "tr")
    assert code == 2
    assert "10 videodan 3 tanesi" in err
    assert [("error" in line) for line in found] == [film in bad for film in films]
    sentences = [line["error"]["message"] for line in found if "error" in line]  # type: ignore[index]
    assert len(set(sentences)) == 3
    assert all("\n" not in sentence for sentence in sentences)
    # Films of one name do not write over one another.
    assert len(list(out.glob("film*.parquet"))) == 7


def test_a_folder_stands_for_its_videos(
    capsys: Capture, tmp_path: Path, astronaut: Picture
) -> None:
    trip = tmp_path / "trip"
    (trip / "day").mkdir(parents=True)
    for path in (trip / "b.MP4", trip / "day" / "a.mp4"):
        clips.write(path, clips.frames(astronaut, 2))
    (trip / "notes.md").write_text("no film")
    code, found, _ = lines(capsys, trip, "--out", tmp_path / "out", "--model", "cnn")
    assert (code, [line["film"] for line in found]) == (0, ["b.MP4", "a.mp4"])
    empty = tmp_path / "empty"
    empty.mkdir()
    for lang, told in (("en", "at least one video"), ("tr", "en az bir video olmalı")):
        code, found, err = lines(capsys, empty, "--out", tmp_path / "out", "--lang", lang)
        assert (code, found, err.count("\n")) == (2, [], 1)
        assert told in err
    with pytest.raises(FilmError, match=r"but got the folder .*: name a video in it"):
        Film(trip)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--every", "0.1s", "--all"], "--every and --all"),
        (["--every", "soon"], "soon"),
        (["--every", "0s"], "0s"),
        (["--fps", "0"], "--fps"),
        (["--fps", "nan"], "--fps"),
        (["--smooth", "--raw"], "--raw"),
        (["--heatmap"], "--heatmap"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    capsys: Capture, clip: Path, tmp_path: Path, words: list[str], named: str
) -> None:
    code, found, err = lines(capsys, clip, "--out", tmp_path / "out", *words)
    assert (code, found) == (2, [])
    assert named in err
    assert err.count("\n") == 1


def test_the_film_itself_is_never_written_over(capsys: Capture, clip: Path, tmp_path: Path) -> None:
    before = clip.read_bytes()
    code, _, _ = lines(capsys, clip, "--out", tmp_path / "out", "--film", clip)
    assert code == 2
    assert clip.read_bytes() == before


def test_a_film_cut_short_says_so_and_is_read(
    capsys: Capture, tmp_path: Path, astronaut: Picture
) -> None:
    path = clips.write(tmp_path / "cut.mkv", clips.frames(astronaut, 60))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    code, [line], err = lines(capsys, path, "--out", tmp_path / "out", "--model", "cnn")
    assert code == 0
    assert "cut short" in err
    assert [note["kind"] for note in line["notes"]] == ["cut_short"]  # type: ignore[attr-defined]
    assert line["read_until_s"] < line["duration_s"]  # type: ignore[operator]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_keeps_what_is_done(tmp_path: Path, astronaut: Picture) -> None:
    path = clips.write(tmp_path / "long.mp4", clips.frames(astronaut, 60) * 40)
    out = tmp_path / "out"
    # Whoever starts the tests in the background may have SIGINT ignored, which children inherit.
    heard = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from yuzug.cli import main; sys.exit(main())"
    )
    options = ["--all", "--model", "cnn"]
    process = subprocess.Popen(
        [sys.executable, "-c", heard, "video", str(path), "--out", str(out), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ,
    )
    deadline = time.monotonic() + 120
    # A little after the table was begun, so that there is something to keep; it takes far longer.
    while not list(out.glob(".long.csv.part")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    printed, complained = process.communicate(timeout=120)
    assert process.returncode == 130, complained
    assert "Traceback" not in complained
    line = json.loads(printed)
    assert [note["kind"] for note in line["notes"]] == ["interrupted"]
    table = pq.read_table(out / "long.parquet")
    assert 0 < line["frames"] < 2400
    assert table.num_rows >= line["frames"]
    assert (out / "long.png").is_file()
    assert not list(out.glob(".*.part"))


def test_rows_of_a_table_round_as_the_json_does(clip: Path, analyzer: Analyzer) -> None:
    with read_video(clip, analyzer) as reading:
        analysis = next(reading)
    columns = Columns.of_films(analyzer.labels)
    (row,) = film_rows(columns, "clip.mp4", analysis)
    record = yuzug_face(analysis)
    assert row["confidence"] == record["confidence"]
    assert [row[side] for side in "xywh"] == list(record["box_xywh"])  # type: ignore[arg-type]
    assert {label: row[label] for label in columns.kinds if label in record["probabilities"]} == (  # type: ignore[operator]
        record["probabilities"]
    )


def yuzug_face(analysis: Analysis) -> dict[str, object]:
    from yuzug.records import FaceRecord

    return FaceRecord.of(analysis.faces[0]).model_dump()
