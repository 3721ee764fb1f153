"""Whatever comes in, one clear error comes out, and the next picture is still answered."""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import yuzug
from yuzug.cli import main
from yuzug.errors import KINDS
from yuzug.faces import load_detector

Capture = pytest.CaptureFixture[str]


def encoded(size_wh: tuple[int, int], form: str) -> bytes:
    out = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (size_wh[1], size_wh[0], 3), np.uint8)
    Image.fromarray(noise).save(out, form)
    return out.getvalue()


def png(width: int, height: int, *more: tuple[bytes, bytes]) -> bytes:
    """A black PNG of one bit a pixel, so that 144 million of them are a few kilobytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + (width + 7) // 8) * height, 9)
    middle = b"".join(chunk(name, data) for name, data in more)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + middle
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9"/></svg>'
FILES: dict[str, tuple[bytes, str]] = {
    "empty.jpg": (b"", "image.empty"),
    "text.jpg": (b"Dear diary, today I took no picture.\n" * 40, "image.undecodable"),
    "one_pixel.png": (encoded((1, 1), "PNG"), "image.too_small"),
    "thin.png": (encoded((900, 15), "PNG"), "image.too_small"),
    "bomb.png": (png(12_000, 12_000), "image.too_large"),
    "endless.png": (png(100_000, 600), "image.too_large"),
    "wordy.png": (
        png(64, 64, (b"zTXt", b"a\0\0" + zlib.compress(bytes(80_000_000), 9))),
        "image.undecodable",
    ),
    "torn.jpg": (encoded((200, 200), "JPEG")[:9000], "image.undecodable"),
    "torn.png": (encoded((200, 200), "PNG")[:9000], "image.undecodable"),
    "headless.jpg": (b"\xff\xd8\xff", "image.undecodable"),
    "drawing.svg": (SVG, "image.undecodable"),
    "drawing.jpg": (SVG, "image.undecodable"),
    "packed.svgz": (gzip.compress(SVG), "image.undecodable"),
    "no_frame.gif": (
        b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0, 0, 0) + b";",
        "image.undecodable",
    ),
    "no_size.gif": (b"GIF89a" + struct.pack("<HHBBB", 0, 0, 0, 0, 0) + b";", "image."),
    "zeros.jpg": (bytes(5000), "image.undecodable"),
    "film.mp4": (b"\0\0\0\x18ftypmp42" + bytes(4000), "image.undecodable"),
    "page.html": (b"<!doctype html><title>404</title>", "image.undecodable"),
    "postscript.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n", "image.undecodable"),
}
ARRAYS: dict[str, Callable[[], Any]] = {
    "NaN": lambda: np.full((64, 64, 3), np.nan),
    "floats from 0 to 1": lambda: np.zeros((64, 64, 3), np.float32),
    "16 bits": lambda: np.zeros((64, 64, 3), np.uint16),
    "signed": lambda: np.full((64, 64, 3), -1),
    "truth values": lambda: np.zeros((64, 64), bool),
    "objects": lambda: np.full((64, 64, 3), None),
    "one dimension": lambda: np.zeros(64, np.uint8),
    "a batch": lambda: np.zeros((1, 64, 64, 3), np.uint8),
    "channels first": lambda: np.zeros((3, 64, 64), np.uint8),
    "five channels": lambda: np.zeros((64, 64, 5), np.uint8),
    "nothing": lambda: np.zeros((0, 0, 3), np.uint8),
    "one pixel": lambda: np.zeros((1, 1, 3), np.uint8),
    "too many pixels": lambda: np.broadcast_to(np.uint8(0), (12_000, 12_000, 3)),
}
OTHERS: dict[str, Any] = {
    "None": None,
    "a number": 7,
    "a list of lists": [[0] * 64] * 64,
    "a file opened for writing": io.StringIO("words"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every broken file, a good one, and a folder named like a picture."""
    root = tmp_path_factory.mktemp("broken")
    for name, (data, _) in FILES.items():
        (root / name).write_bytes(data)
    (root / "good.png").write_bytes(encoded((64, 64), "PNG"))
    (root / "folder.jpg").mkdir()
    return root


@pytest.fixture(scope="module")
def analyzer() -> yuzug.Analyzer:
    return yuzug.Analyzer.load("cnn", detector=load_detector("haar").detector)


def refusal(analyzer: yuzug.Analyzer, image: Any) -> yuzug.ImageError:
    """The error for this picture, after which the analyzer still answers."""
    with pytest.raises(yuzug.ImageError) as caught:
        analyzer.analyze(image)
    assert analyzer.analyze(np.zeros((64, 64, 3), np.uint8)).faces == ()
    error = caught.value
    assert error.kind in KINDS
    assert len(str(error).splitlines()) == 1
    assert all((error.must, error.got, error.do))
    return error


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", ["path", "words", "bytes"])
def test_the_api_refuses_a_file(
    analyzer: yuzug.Analyzer, folder: Path, name: str, form: str
) -> None:
    data, kind = FILES[name]
    path = folder / name
    image = {"path": path, "words": str(path), "bytes": data}[form]
    assert refusal(analyzer, image).kind.startswith(kind)


@pytest.mark.parametrize("name", ARRAYS)
def test_the_api_refuses_an_array(analyzer: yuzug.Analyzer, name: str) -> None:
    kind = refusal(analyzer, ARRAYS[name]()).kind
    expected = {"one pixel": "image.too_small", "too many pixels": "image.too_large"}
    assert kind == expected.get(name, "image.array" if name != "nothing" else kind)


@pytest.mark.parametrize("name", OTHERS)
def test_the_api_refuses_what_is_no_picture(analyzer: yuzug.Analyzer, name: str) -> None:
    refusal(analyzer, OTHERS[name])


@pytest.mark.parametrize(
    "name", ["folder.jpg", "nowhere.jpg", "good.png/inside.jpg", "a\0b.jpg", ""]
)
def test_the_api_refuses_a_path_that_is_no_file(
    analyzer: yuzug.Analyzer, folder: Path, name: str
) -> None:
    assert refusal(analyzer, f"{folder}/{name}").kind == "image.missing"


def test_a_bomb_costs_nothing(analyzer: yuzug.Analyzer, folder: Path) -> None:
    resource = pytest.importorskip("resource", reason="memory is measured on Unix")
    refusal(analyzer, folder / "text.jpg")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name in ("bomb.png", "endless.png", "wordy.png"):
        refusal(analyzer, folder / name)
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mb < 60, "a decoded bomb would be 144 MB and more"


@pytest.mark.parametrize("classes", [2, 9, 0, -7, "seven", 7.0])
def test_the_api_refuses_a_class_count(classes: Any) -> None:
    with pytest.raises(yuzug.ModelError, match="3, 4, 5, 6, 7, 8") as caught:
        yuzug.Analyzer.load("cnn", classes=classes)
    assert caught.value.kind == "model.classes"


@pytest.mark.parametrize("model", ["vgg", "", ".", "../cnn", "CNN.safetensors", "weights", "a\0b"])
def test_the_api_refuses_a_model(model: str) -> None:
    with pytest.raises(yuzug.ModelError, match="resnet18") as caught:
        yuzug.Analyzer.load(model)
    assert caught.value.kind == "model.unknown"


@pytest.mark.parametrize("data", [b"", b"not weights", bytes(100), b"\xff" * 100])
def test_the_api_refuses_weights(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(data)
    with pytest.raises(yuzug.WeightsError) as caught:
        yuzug.Analyzer.load(path)
    assert caught.value.kind == "weights.damaged"


@pytest.mark.parametrize(
    "wish",
    [
        {"emotion": "joy-ish"},
        {"emotion": ""},
        {"emotion": {}},
        {"emotion": {"sad": float("nan")}},
        {"emotion": {"sad": -1.0}},
        {"emotion": "sad", "lang": "de"},
        {"emotion": "sad", "minutes": 0},
        {"emotion": "sad", "minutes": 2.5},
        {"emotion": "sad", "count": 0},
        {"emotion": "sad", "goal": "win"},
        {"emotion": "sad", "catalogue": "nowhere"},
    ],
)
def test_the_api_refuses_a_wish(wish: dict[str, Any]) -> None:
    with pytest.raises(yuzug.YuzugError) as caught:
        yuzug.recommend(**wish)
    assert caught.value.kind in KINDS


def analyzed(capture: Capture, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    code = main(["analyze", "--model", "cnn", *words])
    out, err = capture.readouterr()
    return code, [json.loads(line) for line in out.splitlines()], err


def test_the_command_line_answers_every_picture(capsys: Capture, folder: Path) -> None:
    names = ["good.png", *FILES, "folder.jpg", "nowhere.jpg", "good.png"]
    code, lines, err = analyzed(capsys, *[str(folder / name) for name in names])
    assert code == 2
    assert [line["image"] for line in lines] == [str(folder / name) for name in names]
    assert all(line["schema"] == 1 for line in lines)
    assert ["error" in line for line in lines] == [name != "good.png" for name in names]
    for line in lines[1:-1]:
        assert list(line) == ["schema", "image", "error"]
        assert list(line["error"]) == ["type", "message"]
        assert line["error"]["type"] == "ImageError"
        assert line["error"]["message"]
    assert len(err.splitlines()) == 1
    assert f"{len(names) - 2} of {len(names)}" in err


def test_an_error_line_is_turkish_where_turkish_was_asked_for(
    capsys: Capture, folder: Path
) -> None:
    code, [line], err = analyzed(capsys, str(folder / "empty.jpg"), "--lang", "tr")
    assert code == 2
    assert line["error"]["message"].startswith("Bu dosya boş.")
    assert "okunamadı" in err


def test_names_that_are_no_text_are_answered(capsys: Capture, folder: Path) -> None:
    good, bad = (os.fsencode(folder / "g") + b"\xff.png", os.fsencode(folder / "b") + b"\xfe.png")
    try:
        Path(os.fsdecode(good)).write_bytes((folder / "good.png").read_bytes())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    words = [os.fsdecode(name) for name in (good, bad)]
    code, lines, _ = analyzed(capsys, *words, "--cam", str(folder / "cam"))
    assert code == 2
    assert lines[0]["image"].endswith("g\\xff.png")
    assert "faces" in lines[0]
    assert lines[1]["image"].endswith("b\\xfe.png")
    assert "error" in lines[1]


def test_a_folder_that_cannot_be_written_stops_before_the_first_line(
    capsys: Capture, folder: Path
) -> None:
    good = str(folder / "good.png")
    code, lines, err = analyzed(capsys, good, "--cam", str(folder / "text.jpg"))
    assert (code, lines) == (2, [])
    assert "text.jpg" in err
    assert len(err.splitlines()) == 1
