"""Labelled faces as they are read: no row or file is lost, and framed as they are served."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from drawn import png
from numpy.typing import NDArray

from yuzug.errors import ImageError, YuzugError
from yuzug.images import load_image
from yuzug.lab.data.faceset import grey_square, read
from yuzug.lab.data.prepare import prepare_folder
from yuzug.models import load, resolve
from yuzug.models.preprocess import resize, to_grey
from yuzug.pipeline import Analyzer
from yuzug.pipeline_steps import Steps

Picture = NDArray[np.uint8]


@pytest.fixture
def face(astronaut: Picture) -> Picture:
    """A portrait that is no square: (160, 100, 3)."""
    return astronaut[40:200, 170:270]


def rows(path: Path, images: list[object], labels: list[object], **more: list[object]) -> Path:
    """These columns as a parquet file."""
    pq.write_table(pa.table({"image": images, "label": labels, **more}), path)
    return path


def placed(path: Path, picture: Picture) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(picture))
    return path


@pytest.mark.parametrize("cut", [np.s_[:, :], np.s_[:, 0:99], np.s_[20:80, :]])
def test_training_sees_what_serving_sees(
    cut: tuple[slice, slice], face: Picture, tmp_path: Path
) -> None:
    shown = face[cut]
    file = placed(tmp_path / "faces" / "happy" / "a.png", shown)
    table = rows(tmp_path / "faces.parquet", [png(shown)], ["happy"])
    served = resize(to_grey(Steps.full_crop(load_image(file)).crop), 48)
    np.testing.assert_array_equal(read(tmp_path / "faces", 48).images[0], served)
    # The decoder makes grey of colours itself, and rounds otherwise.
    assert np.abs(read(table, 48).images[0].astype(int) - served).max() <= 3
    prepare_folder(tmp_path / "faces", tmp_path / "made", size_px=48, crops=True)
    np.testing.assert_array_equal(read(tmp_path / "made", 48).images[0], served)


def test_large_faces_are_framed_as_they_are_served(astronaut: Picture) -> None:
    tall = astronaut[:, 100:350]
    served = resize(to_grey(Steps.full_crop(tall).crop), 48)
    np.testing.assert_array_equal(grey_square(tall, 48), served)
    thin = np.full((30_000, 16), 90, np.uint8)  # a square of its length would take 900 MB
    assert grey_square(thin, 48).shape == (48, 48)


@pytest.mark.parametrize("side", [48, 160, 300])
def test_squares_are_only_resized(side: int, astronaut: Picture, tmp_path: Path) -> None:
    square = np.ascontiguousarray(astronaut[:side, :side])
    data = png(square)
    placed(tmp_path / "faces" / "happy" / "a.png", square)
    table = rows(tmp_path / "faces.parquet", [data], ["happy"])
    plain = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(read(table, 48).images[0], resize(plain, 48))
    np.testing.assert_array_equal(
        read(tmp_path / "faces", 48).images[0], resize(to_grey(square), 48)
    )


def test_labels_may_be_numbers_and_splits_empty(face: Picture, tmp_path: Path) -> None:
    data = png(face)
    table = rows(tmp_path / "a.parquet", [data] * 3, [0, 1, None], split=["train", None, None])
    faces = read(table, 48)
    assert faces.labels.tolist() == ["0", "1", ""]
    assert faces.splits.tolist() == ["train", "", ""]
    assert faces.split("train").images.shape == (1, 48, 48)


def test_pictures_may_be_wrapped_as_hugging_face_does(face: Picture, tmp_path: Path) -> None:
    wrapped = rows(tmp_path / "a.parquet", [{"bytes": png(face), "path": "a.png"}], ["happy"])
    plain = rows(tmp_path / "b.parquet", [png(face)], ["happy"])
    np.testing.assert_array_equal(read(wrapped, 48).images, read(plain, 48).images)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (b"", "image.empty"),
        (None, "image.empty"),
        ({"bytes": None, "path": "a.png"}, "image.missing"),
        (b"no picture at all", "image.undecodable"),
    ],
)
def test_a_row_without_a_picture_is_named(
    cell: object, kind: str, face: Picture, tmp_path: Path
) -> None:
    good = {"bytes": png(face), "path": "b.png"} if isinstance(cell, dict) else png(face)
    with pytest.raises(ImageError, match="in row 1:") as caught:
        read(rows(tmp_path / "a.parquet", [good, cell], ["happy", "sad"]), 48)
    assert caught.value.kind == kind


def test_numbers_in_place_of_pictures_and_no_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="got a int in row 0"):
        read(rows(tmp_path / "a.parquet", [7], ["happy"]), 48)
    with pytest.raises(YuzugError, match="no faces"):
        read(rows(tmp_path / "a.parquet", [], []), 48)


def test_a_file_that_is_no_picture_is_named(face: Picture, tmp_path: Path) -> None:
    placed(tmp_path / "happy" / "a.png", face)
    (tmp_path / "happy" / "b.png").write_bytes(b"no picture at all")
    with pytest.raises(ImageError, match=r"in .*b\.png:"):
        read(tmp_path, 48)


@pytest.mark.parametrize("stray", ["top.png", "train/happy/b.png", "a/b/c/d.tif"])
def test_pictures_that_stand_elsewhere_are_not_skipped(
    stray: str, face: Picture, tmp_path: Path
) -> None:
    placed(tmp_path / "happy" / "a.png", face)
    placed(tmp_path / stray, face)
    with pytest.raises(YuzugError, match="all in split/label") as caught:
        read(tmp_path, 48)
    assert f"1 as {stray}" in str(caught.value)


def test_what_prepare_puts_beside_the_splits_is_no_face(face: Picture, tmp_path: Path) -> None:
    placed(tmp_path / "train" / "happy" / "a.png", face)
    placed(tmp_path / "counts.png", face)
    (tmp_path / "report.json").write_text("{}")
    assert len(read(tmp_path, 48)) == 1


def test_the_network_reads_a_tall_face_as_analyze_does(face: Picture, tmp_path: Path) -> None:
    from yuzug.lab.evaluation.predictions import read_crops

    analyzer = Analyzer(load(resolve("cnn")), 7)
    file = placed(tmp_path / "happy" / "a.png", face)
    ((measured,),) = read_crops((analyzer,), read(tmp_path, 48).images)
    served = analyzer.analyze(file, crops=True, heatmaps=False).faces[0]
    assert measured.probabilities == pytest.approx(served.probabilities, abs=1e-5)
