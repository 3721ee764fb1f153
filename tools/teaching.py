"""Measure what teaching a face gains, and write the figures into docs/teaching.md and its Turkish.

    python tools/teaching.py DATA [--yunet FILE]    measure (some minutes), write docs/teaching.json
    python tools/teaching.py --check                whether pages and code agree with that file

DATA is a parquet file with the columns image, label and subject. The strengths that it prints go
into ``yuzug/models/adaptation.py``; ``--check`` says where they do not stand there.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # this checkout's, not a copy's

from yuzug.emotions import LANGUAGES, Language
from yuzug.faces import YuNetDetector, default_detector
from yuzug.lab.evaluation.teaching import LessonResult, TeachingResults, measure
from yuzug.lab.evaluation.teaching_trials import read_subjects
from yuzug.models.adaptation import FITTED
from yuzug.pipeline import Analyzer

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "docs" / "teaching.json"
PAGES: dict[Language, Path] = {
    "en": ROOT / "docs" / "teaching.md",
    "tr": ROOT / "docs" / "teaching.tr.md",
}
MODELS = ("resnet18", "cnn")
BEGIN, END = "<!-- figures: python tools/teaching.py -->\n", "<!-- end of figures -->\n"
TRIED, TRIED_END = "<!-- tried: python tools/teaching.py -->\n", "<!-- end of tried -->\n"

HEADS: dict[Language, tuple[str, ...]] = {
    "en": (
        *("taught with", "plain", "taught", "ECE plain", "ECE taught", "ECE by chance"),
        "least gain of a person",
    ),
    "tr": (
        *("öğretilen", "yalın", "öğretilmiş", "ECE yalın", "ECE öğretilmiş", "rastlantıyla ECE"),
        "en az kazanan kişi",
    ),
}
TURKISH = {
    "one neutral": "bir nötr",
    "two neutral": "iki nötr",
    "one neutral, two others": "bir nötr, iki başka ifade",
    "three of one label": "tek ifadeden üç",
    "three labels without neutral": "nötr dışında üç ifade",
    "five labels": "beş ifade",
    "one of each": "her ifadeden bir",
    "two of each": "her ifadeden iki",
    "one of each, labels shuffled": "her ifadeden bir, etiketler karışık",
    "two of each, half of the labels shuffled": "her ifadeden iki, etiketlerin yarısı karışık",
    "one picture under every label": "her etikette aynı resim",
}
TRIED_HEADS: dict[Language, tuple[str, ...]] = {
    "en": (
        "changed",
        "one of each",
        "its ECE",
        "least gain of a person",
        "wrong labels, mean gain",
    ),
    "tr": (
        *("değişiklik", "her ifadeden bir", "ECE’si", "en az kazanan kişi"),
        "yanlış etiketler, ortalama kazanç",
    ),
}
TRIED_TURKISH = {
    "as it is": "olduğu gibi",
    "normal tails": "normal dağılımın kuyruğu",
    "the whole shift for every label": "kaydırmanın tamamı, her etikette",
    "no evidence": "kanıtsız",
    "evidence alone": "yalnızca kanıt",
    "the same weight however few labels": "etiketler ne kadar az olursa olsun aynı ağırlık",
    "the same weight without neutral": "nötr yokken de aynı ağırlık",
    "the same temperature however few labels": "etiketler ne kadar az olursa olsun aynı sıcaklık",
    "the same scale for every number": "her sayıya aynı ölçek",
    "no check of the examples": "örnekleri denetlemeden",
}
SAID: dict[Language, str] = {
    "en": "{pictures} pictures of {people} people, faces found by {detector}, {draws} draws a row.",
    "tr": "{people} kişi, {pictures} resim; algılayıcı: {detector}; satır başına {draws} çekiliş.",
}


def tables(results: TeachingResults, lang: Language) -> str:
    """The figures as Markdown."""
    parts = [SAID[lang].format(**results.model_dump())]
    for model, lessons in results.lessons.items():
        rows = [HEADS[lang], ("---",) * len(HEADS[lang]), *(_row(one, lang) for one in lessons)]
        body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        parts.append(f"`{model}`:\n\n{body}")
    return "\n" + "\n\n".join(parts) + "\n\n"


def _row(one: LessonResult, lang: Language) -> tuple[str, ...]:
    name = TURKISH[one.lesson] if lang == "tr" else one.lesson
    least = _number(100 * min(one.gain_by_person.values()), 1, lang, "+")
    shares = (_share(value, lang) for value in (one.plain, one.taught))
    errors = (_number(value, 3, lang) for value in (one.ece_plain, one.ece, one.ece_chance))
    return (name, *shares, *errors, least)


def tried(results: TeachingResults, lang: Language) -> str:
    """The ablations as Markdown: the figures of each model side by side."""
    rows = [TRIED_HEADS[lang], ("---",) * len(TRIED_HEADS[lang])]
    for one in results.ablations:
        name = TRIED_TURKISH[one.changed] if lang == "tr" else one.changed
        shown = (
            [_share(value, lang) for value in one.one_of_each.values()],
            [_number(value, 3, lang) for value in one.ece.values()],
            [f"{_number(100 * value, 1, lang, '+')}" for value in one.least_gain.values()],
            [f"{_number(100 * value, 1, lang, '+')}" for value in one.contradicted.values()],
        )
        rows.append((name, *(" / ".join(values) for values in shown)))
    models = " / ".join(f"`{model}`" for model in results.ablations[0].one_of_each)
    body = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"\n{models}:\n\n{body}\n\n"


def _number(value: float, digits: int, lang: Language, sign: str = "") -> str:
    return f"{value:{sign}.{digits}f}".replace(".", "," if lang == "tr" else ".")


def _share(value: float, lang: Language) -> str:
    return ("%{}" if lang == "tr" else "{} %").format(_number(100 * value, 1, lang))


def with_tables(page: str, results: TeachingResults, lang: Language) -> str:
    """A page with fresh figures."""
    parts = ((BEGIN, END, tables(results, lang)), (TRIED, TRIED_END, tried(results, lang)))
    for begin, end, made in parts:
        before, rest = page.split(begin)
        page = before + begin + made + end + rest.split(end)[1]
    return page


def stale() -> list[str]:
    """What does not agree with docs/teaching.json."""
    results = TeachingResults.model_validate_json(RESULTS.read_text(encoding="utf-8"))
    faults = []
    for lang in LANGUAGES:
        page = PAGES[lang].read_text(encoding="utf-8")
        if page != with_tables(page, results, lang):
            faults.append(f"the figures of {PAGES[lang].name}")
    if asdict(FITTED) != results.strengths:
        faults.append("the strengths in yuzug/models/adaptation.py")
    return faults


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path, nargs="?")
    options.add_argument("--yunet", type=Path, help="the file of that detector")
    options.add_argument("--steps", type=int, default=16, help="of each fit")
    options.add_argument("--draws", type=int, default=40)
    options.add_argument("--check", action="store_true")
    given = options.parse_args()
    if given.data:
        detector = YuNetDetector(given.yunet) if given.yunet else default_detector().detector
        analyzers = [Analyzer.load(name, 7, detector=detector) for name in MODELS]
        faces = read_subjects(given.data, analyzers)
        results = measure(
            faces, given.data.name, detector.name, draws=given.draws, steps=given.steps
        )
        RESULTS.write_text(results.model_dump_json(indent=1) + "\n", encoding="utf-8")
        print(results.strengths)
    if not given.check:
        results = TeachingResults.model_validate_json(RESULTS.read_text(encoding="utf-8"))
        for lang in LANGUAGES:
            page = PAGES[lang].read_text(encoding="utf-8")
            PAGES[lang].write_text(with_tables(page, results, lang), encoding="utf-8")
    faults = stale()
    for fault in faults:
        print(f"stale: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
