"""Numbers and dates as each language writes them: 11,184,609 is 11.184.609 in Turkish."""

from __future__ import annotations

from datetime import date

from yuzug.emotions import Language
from yuzug.texts import with_percent_sign

_TURKISH = str.maketrans(",.", ".,")
_MONTHS: dict[Language, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "tr": (
        "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran",
        "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
    ),
}  # fmt: skip


def integer(count: int, lang: Language) -> str:
    """A whole number, its thousands apart.

    >>> integer(11184609, "en"), integer(11184609, "tr")
    ('11,184,609', '11.184.609')
    """
    return _marked(f"{count:,}", lang)


def tenths(value: float, lang: Language) -> str:
    """A number with one digit after the point, which is a comma in Turkish.

    >>> tenths(11.18, "en"), tenths(11.18, "tr")
    ('11.2', '11,2')
    """
    return _marked(f"{value:.1f}", lang)


def percent_tenths(fraction: float, lang: Language) -> str:
    """A share of 1 to a tenth of a percent.

    >>> percent_tenths(0.6599, "en"), percent_tenths(0.6599, "tr")
    ('66.0%', '%66,0')
    """
    return with_percent_sign(tenths(100 * fraction, lang), lang)


def day(when: date, lang: Language) -> str:
    """A date as people write it.

    >>> day(date(2026, 11, 20), "en"), day(date(2026, 11, 20), "tr")
    ('20 Nov 2026', '20 Kasım 2026')
    """
    return f"{when.day} {_MONTHS[lang][when.month - 1]} {when.year}"


def _marked(shown: str, lang: Language) -> str:
    return shown.translate(_TURKISH) if lang == "tr" else shown
