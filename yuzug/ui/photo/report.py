"""The one-page report as a picture: what was read in one face, why, and by what.

Drawn from the pictures that the page sends and forgotten with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import gradio as gr
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from yuzug.emotions import Language, looks
from yuzug.explain import METHODS, OUTSIDE, REGIONS, layer
from yuzug.models import Card
from yuzug.texts import percent, text
from yuzug.texts.model_cards import in_language
from yuzug.texts.numbers import day, integer
from yuzug.ui.components import evidence
from yuzug.ui.components import reading as panels
from yuzug.ui.components.data_urls import Picture
from yuzug.ui.components.readings import FaceReading, MapReading, PictureReading
from yuzug.ui.models import model_title

SIZE_WH = (1240, 1754)  # A4 at 150 dots per inch
_MARGIN = 90
_INK, _MUTED, _PAPER = (27, 42, 44), (86, 102, 104), (255, 253, 249)
_WELL, _ACCENT, _BRASS = (239, 235, 226), (11, 117, 112), (168, 118, 42)
_FONTS = Path(gr.__file__).parent / "templates" / "frontend" / "static" / "fonts"


@dataclass(frozen=True)
class Pictures:
    """What the page shows, RGB uint8: the photo, the face, and the face with its map."""

    photo: Picture
    face: Picture
    map: Picture


def page(
    reading: PictureReading,
    face: FaceReading,
    map: MapReading,
    pictures: Pictures,
    card: Card,
    lang: Language,
) -> Picture:
    """The report on the chosen face of a reading and on its map, RGB uint8 (1754, 1240, 3)."""
    sheet = _Sheet()
    sheet.brand(f"Yuzug · {day(date.today(), lang)}")
    sheet.write(text("closer.report_title", lang), "title", _ACCENT, gap=14)
    sheet.write(panels.sentence(reading, lang), "strong", gap=30)
    sheet.pictures(
        {
            text("closer.report_photo", lang): _framed(pictures.photo, face, reading.size_hw[1]),
            text("closer.report_face", lang): pictures.face,
            text("closer.report_map", lang): pictures.map,
        }
    )
    sheet.legend(*_ends(map, lang), contrast=map.against is not None)
    sheet.write(evidence.sentence(map, lang), "text", gap=10)
    if map.trust is not None:
        sheet.write(map.trust.sentence(lang), "text", gap=10)
    sheet.write(_made(map, reading.model, lang), "small", _MUTED, gap=34)
    sheet.footed_by(
        [model_line(card, len(face.probabilities), lang), text("closer.report_limits", lang)]
    )
    regions = map.regions
    shares = regions.shares if regions is not None and not regions.nothing_on_face else {}
    parts = sorted(shares, key=lambda part: (part == OUTSIDE, REGIONS.index(part)))
    sheet.columns(
        (
            text("closer.report_probabilities", lang),
            {looks(label, lang): share for label, share in face.probabilities.items()},
        ),
        (
            text("closer.shares_for", lang, looks=looks(map.target, lang)),
            {text(f"closer.part_{part}", lang): shares[part] for part in parts},
        ),
        lang,
    )
    return np.asarray(sheet.image)


def _ends(map: MapReading, lang: Language) -> tuple[str, str]:
    """The words at both ends of the legend."""
    if map.against is None:
        return text("closer.less", lang), text("closer.more", lang)
    return looks(map.against, lang), looks(map.target, lang)


def _made(map: MapReading, model: str, lang: Language) -> str:
    line = METHODS[map.method].line(lang) if map.against is None else evidence.contrast_line(lang)
    return f"{METHODS[map.made_by].title} · {model_title(model)}. {line}"


def model_line(card: Card, classes: int, lang: Language) -> str:
    """What the model's card says of it, in one line."""
    head = card.heads.get(str(classes)) or card.heads[card.default_head]
    classes = len(head.labels)
    metrics = head.metrics[0] if head.metrics else None
    known = {"model": model_title(card.name), "classes": classes, "licence": card.licence}
    if metrics is None:
        return text("closer.report_model_unmeasured", lang, **known)
    return text(
        "closer.report_model",
        lang,
        **known,
        accuracy=percent(metrics.accuracy, lang),
        n=integer(metrics.n, lang),
        split=in_language(metrics.split, lang),
        labels=text(f"ui.about_labels_{metrics.labels}", lang),
    )


def _framed(photo: Picture, face: FaceReading, width_px: int) -> Picture:
    """The photo, which was ``width_px`` wide when it was read, with the square that was."""
    image = Image.fromarray(photo)
    scale = photo.shape[1] / width_px
    corners = [(scale * x, scale * y) for x, y in face.alignment.corners]
    width = max(2, round(max(photo.shape) / 160))
    ImageDraw.Draw(image).line([*corners, corners[0]], fill=(63, 224, 208), width=width)
    return np.asarray(image)


class _Sheet:
    """A page that is filled from top to bottom."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", SIZE_WH, _PAPER)
        self._draw = ImageDraw.Draw(self.image)
        self._draw.rectangle((0, 0, SIZE_WH[0], 14), fill=_ACCENT)
        self._y = float(_MARGIN)
        self._end = float(SIZE_WH[1] - _MARGIN)

    def brand(self, words: str) -> None:
        """The mark and these words at the top right."""
        x, y, r = SIZE_WH[0] - _MARGIN, 44, 15
        self._draw.text((x, y), words, font=_font("small"), fill=_MUTED, anchor="rm")
        x -= round(_font("small").getlength(words)) + 2 * r
        self._draw.ellipse((x - r, y - r, x + r, y + r), outline=_BRASS, width=4)
        for eye in (x - 5, x + 5):
            self._draw.ellipse((eye - 2, y - 4, eye + 2, y), fill=_ACCENT)
        self._draw.polygon(
            [(x, y - r - 8), (x + 6, y - r - 2), (x, y - r + 4), (x - 6, y - r - 2)], fill=_ACCENT
        )

    def legend(self, low: str, high: str, *, contrast: bool) -> None:
        """What the colours of the map mean: a strip of them between two words."""
        font, width, height = _font("small"), 260, 16
        self._draw.text((_MARGIN, self._y), low, font=font, fill=_MUTED)
        x = round(_MARGIN + font.getlength(low) + 14)
        strip = _colours(width, contrast)
        self.image.paste(
            Image.fromarray(np.repeat(strip[None], height, 0)), (x, round(self._y) + 8)
        )
        self._draw.text((x + width + 14, self._y), high, font=font, fill=_MUTED)
        self._y += 46

    def write(
        self, words: str, style: str, colour: tuple[int, int, int] = _INK, gap: int = 0
    ) -> None:
        """A paragraph, broken at the margin."""
        self._y = self._paragraph(words, style, colour, self._y) + gap

    def _paragraph(self, words: str, style: str, colour: tuple[int, int, int], y: float) -> float:
        font = _font(style)
        for line in _lines(words, font, SIZE_WH[0] - 2 * _MARGIN):
            self._draw.text((_MARGIN, y), line, font=font, fill=colour)
            y += 1.4 * font.size
        return y

    def pictures(self, pictures: Mapping[str, Picture]) -> None:
        """Pictures beside one another, each with its name under it."""
        gap, height = 26, 340
        room = SIZE_WH[0] - 2 * _MARGIN - gap * (len(pictures) - 1)
        x = float(_MARGIN)
        for name, picture in pictures.items():
            image = Image.fromarray(picture)
            image.thumbnail((room / len(pictures), height), Image.Resampling.LANCZOS)
            grown = min(room / len(pictures) / image.width, height / image.height)
            image = image.resize((round(grown * image.width), round(grown * image.height)))
            self.image.paste(image, (round(x), round(self._y)))
            self._draw.text((x, self._y + height + 8), name, font=_font("small"), fill=_MUTED)
            x += room / len(pictures) + gap
        self._y += height + 56

    def columns(
        self,
        left: tuple[str, Mapping[str, float]],
        right: tuple[str, Mapping[str, float]],
        lang: Language,
    ) -> None:
        """Two lists of shares beside one another, each share with its bar."""
        width = (SIZE_WH[0] - 2 * _MARGIN - 60) / 2
        # The rows fill the page down to its foot, as far as that still reads as a list.
        rows = max(len(left[1]), len(right[1]))
        step = min(92.0, max(46.0, (self._end - 40 - self._y - 50) / rows))
        ends = [
            self._bars(title, shares, _MARGIN + column * (width + 60), width, step, lang)
            for column, (title, shares) in enumerate((left, right))
        ]
        self._y = max(ends)

    def _bars(
        self,
        title: str,
        shares: Mapping[str, float],
        x: float,
        width: float,
        step: float,
        lang: Language,
    ) -> float:
        self._draw.text((x, self._y), title, font=_font("bold"), fill=_INK)
        y, font = self._y + 66, _font("text")
        names = max((font.getlength(name) for name in shares), default=0.0) + 18
        for name, share in shares.items():
            self._draw.text((x, y), name, font=font, fill=_INK, anchor="lm")
            bar = (x + names, y - 9, x + width - 84, y + 9)
            self._draw.rounded_rectangle(bar, 8, fill=_WELL)
            if (bar[2] - bar[0]) * share > 4:
                full = (*bar[:2], bar[0] + (bar[2] - bar[0]) * share, bar[3])
                self._draw.rounded_rectangle(full, 8, fill=_ACCENT)
            self._draw.text((x + width, y), percent(share, lang), font=font, fill=_INK, anchor="rm")
            y += step
        return y

    def footed_by(self, paragraphs: list[str]) -> None:
        """What stands at the bottom of the page."""
        font = _font("small")
        broken = [_lines(words, font, SIZE_WH[0] - 2 * _MARGIN) for words in paragraphs]
        height = sum(1.4 * font.size * len(lines) + 10 for lines in broken)
        y = SIZE_WH[1] - _MARGIN - height
        self._end = y - 22
        self._draw.line((_MARGIN, y - 22, SIZE_WH[0] - _MARGIN, y - 22), fill=_BRASS, width=3)
        for words in paragraphs:
            y = self._paragraph(words, "small", _MUTED, y) + 10


def _colours(width: int, contrast: bool) -> Picture:
    """The colours of a map from little to much, RGB (width, 3), as the page draws them."""
    if not contrast:
        ramp = np.linspace(0, 1, width, dtype=np.float32)[None]
        return np.asarray(layer(ramp, 1.0)[0, :, :3], np.uint8)
    ends = np.array([(0, 110, 255), _WELL, (255, 140, 0)], float)
    at = np.linspace(0, 2, width)
    return np.stack([np.interp(at, (0, 1, 2), ends[:, c]) for c in range(3)], 1).astype(np.uint8)


def _lines(words: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


_STYLES = {
    "title": ("Quicksand/Quicksand-Bold.woff2", 48),
    "strong": ("Quicksand/Quicksand-Bold.woff2", 36),
    "bold": ("IBMPlexSans/IBMPlexSans-Bold.woff2", 25),
    "text": ("IBMPlexSans/IBMPlexSans-Regular.woff2", 25),
    "small": ("IBMPlexSans/IBMPlexSans-Regular.woff2", 21),
}


@cache
def _font(style: str) -> ImageFont.FreeTypeFont:
    """The fonts of the page, which come with Gradio and have the Turkish letters."""
    path, size = _STYLES[style]
    return ImageFont.truetype(_FONTS / path, size)
