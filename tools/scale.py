"""Write every figure of docs/scale.md and docs/scale.tr.md from what was measured.

Run it after a new measurement:
python tests/benchmarks/film.py --out docs/benchmarks/film.json && python tools/scale.py

With --check nothing is written; it fails where a page is not what it would write.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.emotions import LANGUAGES, Language
from yuzug.folders.job import MAX_PARTS, MIN_PART
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
IMAGE_BYTES = 100_000  # of a photo, as an example


_ARRIVE: dict[Language, str] = {
    "en": """
    **Images must arrive.** At {kb} kB per image, a core that takes {ms} ms per image reads
    {one} MB/s. {cores} cores need {some} MB/s, which any disk gives; {many} cores need {gb}
    GB/s from the shared storage. A million such images are {million_gb} GB, a thousand million
    are {billion_tb} TB.""",
    "tr": """
    **Görüntülerin yetişmesi gerekir.** Görüntü başına {kb} kB ile, bir görüntüye {ms} ms
    harcayan bir çekirdek saniyede {one} MB okur. {cores} çekirdeğe saniyede {some} MB gerekir,
    bunu her disk verir; {many} çekirdek ise ortak depolamadan saniyede {gb} GB ister. Böyle bir
    milyon görüntü {million_gb} GB, bir milyar görüntü {billion_tb} TB tutar.""",
}
_PARTS: dict[Language, str] = {
    "en": """
    **Parts.** A job is cut into at most {most} parts of at least {least} images. A million
    images give {parts} parts of {least}; a kill costs at most the parts in progress, about
    {seconds} seconds of work each. A thousand million images give {most} parts of about {large}
    images, {hours} hours of one core each: cut such a job into a hundred lists of ten million,
    so that a kill costs minutes and a list of paths fits into memory.""",
    "tr": """
    **Bölümler.** Bir iş, en az {least} görüntülük en çok {most} bölüme ayrılır. Bir milyon
    görüntü {least} görüntülük {parts} bölüm eder; zorla kapatmanın bedeli en çok o anda süren
    bölümlerdir, her biri yaklaşık {seconds} saniyelik iş. Bir milyar görüntü, yaklaşık {large}
    görüntülük {most} bölüm eder; her biri bir çekirdekte {hours} saat sürer. Böyle bir işi onar
    milyonluk 100 listeye ayırın: kapatmanın bedeli dakikalar olur, yol listesi de belleğe
    sığar.""",
}


def page(lang: Language) -> str:
    """The page with fresh tables."""
    measured = json.loads(MEASURED.read_text("utf-8"))
    tables = {
        name: write(measured, lang)
        for name, write in {
            "measured": _measured,
            "peers": _peers,
            "jobs": _jobs,
            "arrive": _arrive,
            "parts": _parts,
        }.items()
    }
    text = PAGES[lang].read_text(encoding="utf-8")
    return TABLE.sub(lambda found: found[1] + tables[found[2]] + f"\n{found[3]}", text)


def _measured(measured: dict[str, Any], lang: Language) -> str:
    photos, table, hour = measured["photos"], measured["table"], measured["hour"]
    count, start_s = integer(photos["count"], lang), measured["start_up_cpu_s"]
    times = {"en": "{}× real time", "tr": "gerçek zamanın {} katı"}[lang]
    memory = [integer(round(mb), lang) for mb in hour["resident_mb_by_tenth"]]
    minutes = integer(hour["minutes"], lang)
    rows = {
        "en": {
            "what": "measured",
            "---": "---",
            "processor time per photo (640×640, one face, `resnet18`)": "{each} ms",
            f"{count} photos: `analyze_many` on two cores, relative to one by one on one": (
                "{rate}×"
            ),
            "share of start-up in that folder": "{start}%",
            "video of 640×360 at 24 frames/s, every frame, `cnn`, two cores": "{cnn}",
            "the same, `resnet18`": "{resnet18}",
            f"memory over a video of {minutes} minutes, after each tenth, `cnn`": "{memory} MB",
            "bytes per row, Parquet": "{parquet}",
            "bytes per row, CSV": "{csv}",
        },
        "tr": {
            "ne": "ölçülen",
            "---": "---",
            "fotoğraf başına işlemci süresi (640×640, bir yüz, `resnet18`)": "{each} ms",
            (
                f"{count} fotoğrafta hız: iki çekirdekte `analyze_many`, bir çekirdekte tek tek"
                " analize göre"
            ): "{rate}×",
            "o klasörde başlangıcın payı": "%{start}",
            "640×360, saniyede 24 kare video, her kare, `cnn`, iki çekirdek": "{cnn}",
            "aynısı, `resnet18`": "{resnet18}",
            f"{minutes} dakikalık bir videonun her %10’undan sonra bellek, `cnn`": "{memory} MB",
            "satır başına bayt, Parquet": "{parquet}",
            "satır başına bayt, CSV": "{csv}",
        },
    }[lang]
    values = {
        "each": tenths(photos["cpu_ms_each"], lang),
        "rate": tenths(photos["rate_2_cores"], lang),
        "start": tenths(100 * start_s / (start_s + photos["analyze_many"]["cpu_s"]), lang),
        "cnn": times.format(tenths(measured["film_cnn"]["real_time_2_cores"], lang)),
        "resnet18": times.format(tenths(measured["film_resnet18"]["real_time_2_cores"], lang)),
        "memory": ", ".join(memory),
        "parquet": integer(table["parquet_bytes_a_row"], lang),
        "csv": integer(table["csv_bytes_a_row"], lang),
    }
    return _table([(name, cell.format(**values)) for name, cell in rows.items()])


def _peers(measured: dict[str, Any], lang: Language) -> str:
    """The same video by the package fer, and by us."""
    found = measured["fer"]
    head = {
        "en": ("640×360, one face that never changes", "ms per frame", "changes of label"),
        "tr": ("640×360, hiç değişmeyen bir yüz", "kare başına ms", "etiket değişimi"),
    }[lang]
    names = {
        "fer": "`fer` 25.10",
        "cnn": "`cnn`",
        "cnn with heat maps": {"en": "`cnn`, heat maps", "tr": "`cnn`, ısı haritaları"}[lang],
        "resnet18": "`resnet18`",
        "resnet18 with heat maps": {
            "en": "`resnet18`, heat maps",
            "tr": "`resnet18`, ısı haritaları",
        }[lang],
    }
    rows = [head, ("---",) * len(head)]
    for name, shown in names.items():
        each = 1000 * found[name]["cpu_s"] / found["frames"]
        rows.append((shown, tenths(each, lang), integer(found[name]["changes"], lang)))
    return _table(rows)


def _arrive(measured: dict[str, Any], lang: Language) -> str:
    """What the storage must give."""
    each_s = measured["photos"]["cpu_ms_each"] / 1000
    rate_mb = IMAGE_BYTES / each_s / 1e6
    values = {
        "kb": integer(IMAGE_BYTES // 1000, lang),
        "ms": integer(round(1000 * each_s), lang),
        "one": tenths(rate_mb, lang),
        "some": integer(round(CORES[1] * rate_mb), lang),
        "cores": integer(CORES[1], lang),
        "gb": tenths(CORES[2] * rate_mb / 1000, lang),
        "many": integer(CORES[2], lang),
        "million_gb": integer(round(COUNTS[0] * IMAGE_BYTES / 1e9), lang),
        "billion_tb": integer(round(COUNTS[1] * IMAGE_BYTES / 1e12), lang),
    }
    return _wrapped(_ARRIVE[lang].format(**values))


def _parts(measured: dict[str, Any], lang: Language) -> str:
    """What a kill costs."""
    each_s = measured["photos"]["cpu_ms_each"] / 1000
    large = COUNTS[1] // MAX_PARTS
    values = {
        "most": integer(MAX_PARTS, lang),
        "least": integer(MIN_PART, lang),
        "parts": integer(-(-COUNTS[0] // MIN_PART), lang),
        "seconds": integer(round(MIN_PART * each_s), lang),
        "large": integer(large, lang),
        "hours": tenths(large * each_s / 3600, lang),
    }
    return _wrapped(_PARTS[lang].format(**values))


def _wrapped(words: str) -> str:
    return textwrap.fill(" ".join(words.split()), 105, break_on_hyphens=False)


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
    second, minute, hour, day = {
        "en": ("s", "min", "h", "days"),
        "tr": ("sn", "dk", "saat", "gün"),
    }[lang]
    if hours < 1 / 60:
        return f"{integer(round(3600 * hours), lang)} {second}"
    if hours < 1:
        return f"{integer(round(60 * hours), lang)} {minute}"
    if hours < 72:
        return f"{tenths(hours, lang)} {hour}"
    return f"{integer(round(hours / 24), lang)} {day}"


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
