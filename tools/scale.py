"""Write the tables of docs/scale.md and docs/scale.tr.md from measured figures.

Run it after a new measurement:
python tests/benchmarks/film.py --out docs/benchmarks/film.json && python tools/scale.py
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.emotions import LANGUAGES, Language
from yuzug.texts.numbers import integer, tenths

ROOT = Path(__file__).resolve().parent.parent
MEASURED = ROOT / "docs" / "benchmarks" / "film.json"
PAGES: dict[Language, Path] = {
    "en": ROOT / "docs" / "scale.md",
    "tr": ROOT / "docs" / "scale.tr.md",
}
TABLE = re.compile(r"(<!-- (\w+): .*? -->\n).*?(<!-- \2 end -->)", re.DOTALL)
COUNTS = (10**6, 10**9)
CORES = (2, 16, 1000)


def page(lang: Language) -> str:
    """The page with fresh tables."""
    measured = json.loads(MEASURED.read_text("utf-8"))
    tables = {"measured": _measured(measured, lang), "jobs": _jobs(measured, lang)}
    text = PAGES[lang].read_text(encoding="utf-8")
    return TABLE.sub(lambda found: found[1] + tables[found[2]] + f"\n{found[3]}", text)


def _measured(measured: dict[str, Any], lang: Language) -> str:
    photos, table = measured["photos"], measured["table"]
    rows = {
        "en": ("what", "measured"),
        "tr": ("ne", "ölçülen"),
    }
    names = {
        "en": (
            "processor time per photo (640×480, one face, `resnet18`)",
            "rate of `analyze_many` on two cores beside one by one on one",
            "video of 640×360 at 24 frames/s, every frame, `cnn`, two cores",
            "the same, `resnet18`",
            "bytes per row, Parquet",
            "bytes per row, CSV",
        ),
        "tr": (
            "fotoğraf başına işlemci süresi (640×480, bir yüz, `resnet18`)",
            "iki çekirdekte `analyze_many`, bir çekirdekte tek tek analize göre",
            "640×360, saniyede 24 kare video, her kare, `cnn`, iki çekirdek",
            "aynısı, `resnet18`",
            "satır başına bayt, Parquet",
            "satır başına bayt, CSV",
        ),
    }[lang]
    times = {"en": "{}× real time", "tr": "gerçek zamanın {} katı"}[lang]
    values = (
        f"{tenths(photos['cpu_ms_each'], lang)} ms",
        f"{tenths(photos['rate_2_cores'], lang)}×",
        times.format(tenths(measured["film_cnn"]["real_time_2_cores"], lang)),
        times.format(tenths(measured["film_resnet18"]["real_time_2_cores"], lang)),
        integer(table["parquet_bytes_a_row"], lang),
        integer(table["csv_bytes_a_row"], lang),
    )
    return _table([rows[lang], ("---", "---"), *zip(names, values, strict=True)])


def _jobs(measured: dict[str, Any], lang: Language) -> str:
    each_s = measured["photos"]["cpu_ms_each"] / 1000
    row_bytes = measured["table"]["parquet_bytes_a_row"]
    head = {
        "en": ("images", "core hours", *(f"{integer(c, lang)} cores" for c in CORES), "Parquet"),
        "tr": (
            *("görüntü", "çekirdek saati"),
            *(f"{integer(c, lang)} çekirdek" for c in CORES),
            "Parquet",
        ),
    }[lang]
    rows = [head, ("---",) * len(head)]
    for count in COUNTS:
        hours = count * each_s / 3600
        times = [_hours(hours / cores, lang) for cores in CORES]
        size = f"{tenths(count * row_bytes / 1e9, lang)} GB"
        rows.append((integer(count, lang), integer(round(hours), lang), *times, size))
    return _table(rows)


def _hours(hours: float, lang: Language) -> str:
    hour, day = {"en": ("h", "days"), "tr": ("saat", "gün")}[lang]
    return (
        f"{tenths(hours, lang)} {hour}"
        if hours < 72
        else f"{integer(round(hours / 24), lang)} {day}"
    )


def _table(rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    stale = False
    for lang in LANGUAGES:
        fresh = page(lang)
        if "--check" in sys.argv:
            stale |= fresh != PAGES[lang].read_text(encoding="utf-8")
        else:
            PAGES[lang].write_text(fresh, encoding="utf-8")
    sys.exit(stale)


if __name__ == "__main__":
    main()
