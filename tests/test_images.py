"""Every kind of picture becomes RGB uint8 (H, W, 3), upright, or one clear error."""

from __future__ import annotations

import os
import struct
import zlib
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from yuzug.errors import ImageError
from yuzug.images import (
    FORMATS,
    MAX_BYTES,
    fit_within,
    jpeg_bytes,
    load_image,
    png_bytes,
    to_bgr,
)

HEIGHT, WIDTH = 24, 40


def scene() -> np.ndarray:
    """Smooth, and different in every corner, so that a turned picture is told from an upright."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([x * 255 // WIDTH, y * 255 // HEIGHT, 128 + 0 * x], axis=2).astype(np.uint8)


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, name, **options)
    return out.getvalue()


def refused(source: Any) -> ImageError:
    with pytest.raises(ImageError) as caught:
        load_image(source)
    assert caught.value.must
    assert caught.value.got
    assert caught.value.do
    return caught.value


def is_contract(image: np.ndarray) -> bool:
    return image.dtype == np.uint8 and image.ndim == 3 and image.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("name", FORMATS)
def test_formats(name: str) -> None:
    if name == "AVIF" and name not in Image.SAVE:
        pytest.skip("this Pillow has no AVIF")
    image = load_image(encoded(Image.fromarray(scene()), name))
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert is_contract(image)
    tolerance = 0 if name in ("PNG", "BMP", "TIFF", "PPM") else 30
    assert np.abs(image.astype(int) - scene()).mean() <= tolerance


def test_sources_agree(tmp_path: Path) -> None:
    data = png_bytes(scene())
    path = tmp_path / "scene.png"
    path.write_bytes(data)
    picture = Image.open(path)
    with path.open("rb") as file:
        np.testing.assert_array_equal(load_image(file), scene())
    with os.scandir(tmp_path) as entries:
        entry = next(entries)  # any os.PathLike
    for source in (data, bytearray(data), path, str(path), entry, BytesIO(data), picture, scene()):
        np.testing.assert_array_equal(load_image(source), scene())  # type: ignore[arg-type]


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_exif_orientation(name: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 100} if name == "JPEG" else {"lossless": True} if name == "WEBP" else {}
    data = encoded(Image.fromarray(scene()), name, exif=exif, **options)
    image = load_image(data)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("RGB"))
    np.testing.assert_array_equal(image, expected)
    assert image.shape[:2] == ((WIDTH, HEIGHT) if 5 <= orientation <= 8 else (HEIGHT, WIDTH))
    assert is_contract(image)


def test_portrait_of_a_phone_is_turned_clockwise() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.rot90(scene(), 1)  # the sensor's view: the scene turned to the left
    image = load_image(encoded(Image.fromarray(lying), "PNG", exif=exif))
    np.testing.assert_array_equal(image, scene())


def test_damaged_exif_leaves_the_picture_as_it_lies() -> None:
    data = encoded(Image.fromarray(scene()), "PNG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
    np.testing.assert_array_equal(load_image(data), scene())


def test_grey_is_repeated() -> None:
    grey = scene()[..., 0]
    expected = np.repeat(grey[..., None], 3, axis=2)
    np.testing.assert_array_equal(load_image(grey), expected)
    np.testing.assert_array_equal(load_image(encoded(Image.fromarray(grey), "PNG")), expected)


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_keep_the_upper_eight(name: str) -> None:
    deep = scene()[..., 0].astype(np.uint16) * 257
    image = load_image(encoded(Image.fromarray(deep), name))
    np.testing.assert_array_equal(image[..., 0], scene()[..., 0])


def test_sixteen_bit_colour() -> None:
    rows = b"".join(b"\x00" + (row.astype(">u2") * 257).astype(">u2").tobytes() for row in scene())
    data = png_file(WIDTH, HEIGHT, depth=16, pixels=zlib.compress(rows))
    np.testing.assert_array_equal(load_image(data), scene())


def test_bilevel() -> None:
    data = encoded(Image.new("1", (WIDTH, HEIGHT), 1), "PNG")
    assert load_image(data).min() == 255


def test_alpha_is_laid_on_white() -> None:
    rgba = np.dstack([scene(), np.full((HEIGHT, WIDTH), 255, np.uint8)])
    rgba[:, :20, 3] = 0
    for source in (rgba, png_bytes(rgba), Image.fromarray(rgba)):
        image = load_image(source)
        assert image[:, :20].min() == 255
        np.testing.assert_array_equal(image[:, 20:], scene()[:, 20:])


def test_half_transparent_black_is_grey() -> None:
    rgba = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    rgba[..., 3] = 128
    assert set(np.unique(load_image(rgba))) == {127}


def test_palette_with_and_without_transparency() -> None:
    palette = Image.fromarray(scene()).convert("P")
    expected = np.asarray(palette.convert("RGB"))
    np.testing.assert_array_equal(load_image(encoded(palette, "PNG")), expected)
    index = int(np.asarray(palette)[0, 0])
    clear = load_image(encoded(palette, "PNG", transparency=index))
    assert clear[0, 0].tolist() == [255, 255, 255]


def test_cmyk() -> None:
    cmyk = Image.fromarray(scene()).convert("CMYK")
    image = load_image(encoded(cmyk, "JPEG", quality=100))
    assert np.abs(image.astype(int) - scene()).mean() < 6


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG", "TIFF"])
def test_first_frame_of_an_animation(name: str) -> None:
    red, blue = (Image.new("RGB", (WIDTH, HEIGHT), colour) for colour in ("red", "blue"))
    image = load_image(encoded(red, name, save_all=True, append_images=[blue]))
    assert image[..., 0].min() > 250
    assert image[..., 2].max() < 5


def png_file(width: int, height: int, *, depth: int = 8, pixels: bytes = b"") -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def jpeg_of_declared_size(width: int, height: int) -> bytes:
    data = bytearray(jpeg_bytes(scene()))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


@pytest.mark.parametrize(
    "bomb",
    [
        png_file(12000, 12000),
        jpeg_of_declared_size(16000, 16000),
        png_file(2**31 - 1, 2**31 - 1),
        jpeg_of_declared_size(65500, 1000),
    ],
    ids=["png", "jpeg", "largest png", "wide jpeg"],
)
def test_bomb_is_refused_by_its_header(bomb: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoding(*_: object) -> None:
        raise AssertionError("a bomb was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoding)
    assert refused(bomb).kind == "image.too_large"


def test_real_12000_by_12000(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    Image.new("1", (12000, 12000)).save(path)
    error = refused(path)
    assert error.kind == "image.too_large"
    assert "12000x12000" in error.got
    assert refused(Image.new("1", (12000, 12000))).kind == "image.too_large"
    assert refused(np.broadcast_to(np.uint8(0), (12000, 12000, 3))).kind == "image.too_large"


def test_too_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "huge.jpg"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: costs no disk
    assert refused(path).kind == "image.too_large"


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_truncated(name: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), name)
    assert refused(data[: int(part * len(data))]).kind == "image.undecodable"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (b"", "image.empty"),
        (b"Dear Sir or Madam", "image.undecodable"),
        (b"\xff\xd8\xff", "image.undecodable"),
        (b"\x89PNG\r\n\x1a\n", "image.undecodable"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "image.undecodable"),
        ("no/such/file.jpg", "image.missing"),
        ("null\0byte.jpg", "image.missing"),
        (Path(), "image.missing"),
        ("https://example.org/a.jpg", "image.missing"),
        ("photos/*.jpg", "image.missing"),
        (BytesIO(b""), "image.empty"),
        (StringIO("text"), "image.undecodable"),
        (None, "image.undecodable"),
        (7, "image.undecodable"),
        (Image.new("RGB", (1, 1)), "image.too_small"),
        (Image.new("RGB", (15, 400)), "image.too_small"),
        (Image.new("F", (20, 20)), "image.undecodable"),
        (np.zeros((1, 1, 3), np.uint8), "image.too_small"),
        (np.zeros((0, 0, 3), np.uint8), "image.too_small"),
        (np.zeros((20, 20, 3), np.float32), "image.array"),
        (np.full((20, 20, 3), np.nan), "image.array"),
        (np.zeros((20, 20, 3), np.uint16), "image.array"),
        (np.zeros((20, 20), bool), "image.array"),
        (np.zeros((20, 20), object), "image.array"),
        (np.zeros((20, 20, 2), np.uint8), "image.array"),
        (np.zeros((20, 20, 1), np.uint8), "image.array"),
        (np.zeros((3, 20, 20), np.uint8), "image.array"),
        (np.zeros((1, 20, 20, 3), np.uint8), "image.array"),
        (np.zeros(20, np.uint8), "image.array"),
        (np.uint8(3) + np.zeros((), np.uint8), "image.undecodable"),
    ],
)
def test_refusals(source: Any, kind: str) -> None:
    assert refused(source).kind == kind


def test_nan_is_named() -> None:
    assert "NaN" in refused(np.full((20, 20, 3), np.nan)).got


def test_text_named_jpg(tmp_path: Path) -> None:
    path = tmp_path / "letter.jpg"
    path.write_text("Dear Sir or Madam")
    assert refused(path).kind == "image.undecodable"


def test_smallest_picture_is_read() -> None:
    assert load_image(np.zeros((16, 16, 3), np.uint8)).shape == (16, 16, 3)


def test_array_that_is_no_plain_block_becomes_one() -> None:
    turned = scene()[:, ::-1]
    image = load_image(turned)
    assert is_contract(image)
    np.testing.assert_array_equal(image, turned)


def test_fit_within() -> None:
    image = load_image(scene())
    same, scale = fit_within(image, WIDTH)
    assert same is image
    assert scale == 1
    small, scale = fit_within(image, 20)
    assert small.shape == (12, 20, 3)
    assert scale == 0.5
    assert fit_within(np.zeros((16, 4000, 3), np.uint8), 100)[0].shape == (1, 100, 3)


def test_fit_within_averages() -> None:
    chess = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small, _ = fit_within(chess, 16)
    assert np.ptp(small) <= 1


def test_encoders_round_trip() -> None:
    np.testing.assert_array_equal(load_image(png_bytes(scene())), scene())
    close = load_image(jpeg_bytes(scene(), quality=95)).astype(int)
    assert np.abs(close - scene()).mean() < 5


def test_bgr() -> None:
    np.testing.assert_array_equal(to_bgr(scene()), scene()[..., ::-1])


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("https://example.org/a.jpg", "download it first"),
        ("photos/*.jpg", "check the pattern"),
        (".", "name the pictures in it"),
        ("no/such/file.jpg", "check the path"),
    ],
)
def test_a_path_that_is_none_says_what_to_do(name: str, advice: str) -> None:
    assert advice in refused(name).do


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "canary"
    os.mkfifo(pipe)  # nobody writes to it: reading would wait for ever
    assert "a pipe or a device" in refused(pipe).got


def test_a_closed_picture_says_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "scene.png"
    path.write_bytes(png_bytes(scene()))
    with Image.open(path) as picture:
        pass
    assert refused(picture).got


@pytest.mark.parametrize("megapixels", [64, 108, 200])
def test_a_photo_of_many_megapixels_is_decoded_small(megapixels: int) -> None:
    width, height = (
        4 * round((megapixels * 1e6 / 12) ** 0.5),
        3 * round((megapixels * 1e6 / 12) ** 0.5),
    )
    data = encoded(Image.new("RGB", (width, height), (10, 120, 240)), "JPEG", quality=30)
    image = load_image(data)
    assert image.shape[0] * image.shape[1] <= 50_000_000
    assert image.shape[1] / image.shape[0] == pytest.approx(4 / 3, abs=0.01)
    assert np.abs(image[::50, ::50].astype(int) - (10, 120, 240)).max() < 8


def test_a_progressive_photo_of_many_megapixels_is_refused() -> None:
    """All of its coefficients would be held in memory, at whatever scale it is decoded."""
    data = encoded(Image.new("L", (9000, 7000)), "JPEG", quality=10, progressive=True)
    assert refused(data).kind == "image.too_large"


def test_a_strip_is_refused_before_opencv_does() -> None:
    error = refused(np.zeros((20, 32_767, 3), np.uint8))
    assert error.kind == "image.too_large"
    assert "32,000" in error.must


def chunked(count: int) -> bytes:
    whole, nothing = png_file(32, 32), struct.pack(">I", 0) + b"prVt" + struct.pack(">I", 0)
    return whole[:33] + nothing * count + whole[33:]


def tiff_of_strips(rows: int) -> bytes:
    entries = [
        (256, 3, 1, 16),
        (257, 4, 1, rows),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, rows, 0),
        (277, 3, 1, 1),
        (278, 3, 1, 1),
        (279, 4, rows, 0),
    ]
    after = 24 + 2 + 12 * len(entries) + 4
    places = {273: after, 279: after + 4 * rows}
    directory = b"".join(
        struct.pack("<HHII", tag, kind, count, places.get(tag, value))
        for tag, kind, count, value in entries
    )
    numbers = struct.pack("<I", 8) * rows + struct.pack("<I", 16) * rows
    head = b"II*\0" + struct.pack("<I", 24) + bytes(16) + struct.pack("<H", len(entries))
    return head + directory + bytes(4) + numbers


def jpeg_of_scans(count: int) -> bytes:
    whole = encoded(Image.fromarray(scene()), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * count + whole[-2:]


def gif_of_comments(count: int) -> bytes:
    whole = encoded(Image.new("P", (32, 32)), "GIF")
    first = whole.index(b"\x2c")
    return whole[:first] + b"\x21\xfe\x01a\0" * count + whole[first:]


def jpeg_with(bytes_after_start: bytes) -> bytes:
    whole = jpeg_bytes(scene())
    return whole[:2] + bytes_after_start + whole[2:]


@pytest.mark.parametrize(
    "bomb",
    [
        jpeg_of_scans(2000),
        jpeg_with(b"\xff" * 100_000),
        jpeg_with(b"\xff\xfe\0\2" * 30_000),
        chunked(30_000),
        gif_of_comments(30_000),
        tiff_of_strips(30_000),
        b"P6 40 40 254\n" + bytes(4800),
        b"P6 40 40 65535\n" + bytes(9600),
        b"P3 40 40 255\n" + b"1 " * 4800,
        b"P6 #" + b"a" * 100_000 + b"\n40 40 255\n" + bytes(4800),
        (
            b"BM" + struct.pack("<IHHI", 2000, 0, 0, 1078)
            + struct.pack("<IiiHHIIiiII", 40, 32, 32, 1, 8, 1, 900, 0, 0, 256, 0)
            + bytes(1024) + b"\1\0" * 400 + b"\0\1"
        ),
    ],
    ids=[
        "scans", "fill", "segments", "chunks", "comments", "strips",
        "maxval", "sixteen bits", "plain", "long header", "run lengths",
    ],
)  # fmt: skip
def test_a_file_that_takes_long_to_decode_is_refused(
    bomb: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decoding(*_: object) -> None:
        raise AssertionError("a bomb was decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decoding)
    assert refused(bomb).kind == "image.too_slow"


@pytest.mark.parametrize("data", [jpeg_of_scans(20), gif_of_comments(500)])
def test_a_file_of_many_parts_is_read(data: bytes) -> None:
    assert load_image(data).shape[2] == 3


def test_tiff_of_many_strips_is_read() -> None:
    assert load_image(tiff_of_strips(2000)).shape == (2000, 16, 3)


def test_a_heic_photo_is_read_or_named(monkeypatch: pytest.MonkeyPatch) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.register_heif_opener()
    data = encoded(Image.fromarray(scene()).resize((400, 240)), "HEIF", quality=90)
    assert load_image(data).shape == (240, 400, 3)
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    error = refused(data)
    assert error.kind == "image.heic"
    assert "iPhone" in error.do


@pytest.mark.parametrize("name", ["HEIF", "AVIF"])
def test_a_picture_of_the_brand_of_both_is_read(name: str) -> None:
    """Some cameras say no more than "image" first, and which one it is afterwards."""
    pytest.importorskip("pillow_heif").register_heif_opener()
    if name not in Image.SAVE:
        pytest.skip("this Pillow has no AVIF")
    data = encoded(Image.fromarray(scene()).resize((400, 240)), name)
    assert load_image(data[:8] + b"mif1" + data[12:]).shape == (240, 400, 3)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_costs_little_memory(mode: str) -> None:
    """Beside the picture and the result, only a band of rows is held."""
    import tracemalloc

    picture = Image.new(mode, (3000, 2000))
    tracemalloc.start()
    load_image(picture)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.6 * 3 * 3000 * 2000
