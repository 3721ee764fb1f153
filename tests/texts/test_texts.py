"""The sentences: pairs complete, keys and code agree, and each written as its language writes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from yuzug.cli import parser
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import KINDS
from yuzug.lab.data.training_data import OUTSIDE
from yuzug.lab.training.finalize import LIMITS, LIMITS_OF_OWN
from yuzug.models import available_models
from yuzug.texts import placeholders, table
from yuzug.texts.case_and_alphabet import lower, order
from yuzug.texts.model_cards import in_language

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = table()
FILES = {key.split(".")[0] for key in SENTENCES}


TABLES = sorted((ROOT / "yuzug" / "texts").glob("*.yaml"))
BUTTONS = (
    *("ui.notice_accept", "ui.closer", "ui.photo_example", "ui.photo_upload", "ui.photo_webcam"),
    *("ui.photo_paste", "ui.photo_remove", "ui.photo_clear", "ui.photo_capture"),
    *(f"ui.camera_{name}" for name in ("start", "again", "stop", "freeze", "resume", "flip")),
    *(f"advice.{name}" for name in ("correct", "back", "save", "filters_reset")),
    *(f"closer.{name}" for name in ("save", "beside")),
    *(f"journal.{name}" for name in ("start", "export_csv", "export_json", "erase", "erase_now")),
)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
HOLE = "\0"  # what is filled in where a key is put together: f"ui.{name}"


def named_in_code() -> tuple[set[str], set[str]]:
    """What might be a key or the end of one: strings, and strings put together, with holes."""
    # "--cam" is a key "cam", "gradcam++" a key "gradcampp".
    strings: set[str] = set()
    patterns: set[str] = set()
    for path in (ROOT / "yuzug").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        put_together = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        pieces = {id(piece) for node in put_together for piece in node.values}
        patterns |= {pattern_of(node) for node in put_together}
        values = {
            node.value.lstrip("-").replace("+", "p")
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and id(node) not in pieces
            and isinstance(node.value, str)
        }
        strings |= {value for value in values if NAME.fullmatch(value)}
    return strings, {one for one in patterns if re.fullmatch(r"[\w.\0]*[a-z]{2}[\w.\0]*", one)}


def pattern_of(node: ast.JoinedStr) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values
    )


def gives(pattern: str, name: str) -> bool:
    """Whether this pattern can become this name when what fills it stands in the code."""
    start, hole, rest = pattern.partition(HOLE)
    if not hole or not name.startswith(start):
        return pattern == name
    left = name.removeprefix(start)
    ends = range(1, len(left) + 1)
    return any(gives(rest, left[end:]) and is_in_code(left[:end]) for end in ends)


def is_in_code(piece: str) -> bool:
    return piece in STRINGS or any(gives(pattern, piece) for pattern in PATTERNS)


STRINGS, PATTERNS = named_in_code()
WHOLE_KEYS = {name for name in STRINGS if name.split(".")[0] in FILES and "." in name} - KINDS
KEY_PATTERNS = {one for one in PATTERNS if one.split(".")[0] in FILES and "." in one}
# Of a key put together as f"ui.{name}", the name itself must stand somewhere in the code.
OPEN = {one for one in KEY_PATTERNS if one.split(".", 1)[1] == HOLE}


def is_used(key: str) -> bool:
    file, name = key.split(".", 1)
    if file == "cards":  # found by their English words, which tests below hold to the cards
        return True
    if key in STRINGS or any(gives(pattern, key) for pattern in KEY_PATTERNS - OPEN):
        return True
    return f"{file}.{HOLE}" in OPEN and is_in_code(name)


@pytest.mark.parametrize("key", sorted(SENTENCES))
def test_a_sentence_stands_in_both_languages_with_the_same_placeholders(key: str) -> None:
    pair = SENTENCES[key]
    assert tuple(pair) == LANGUAGES
    assert all(isinstance(sentence, str) and sentence.strip() for sentence in pair.values())
    assert placeholders(pair["en"]) == placeholders(pair["tr"])
    if len(re.findall(r"[a-z]{2,}", re.sub(r"\{\w+\}", "", pair["en"]))) > 2:
        assert pair["en"] != pair["tr"], "not translated"


def test_every_kind_of_error_has_its_sentence() -> None:
    assert {f"errors.{kind}" for kind in KINDS} == {
        key for key in SENTENCES if key.startswith("errors.")
    }


def test_every_kind_of_error_is_raised_somewhere() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "yuzug").rglob("*.py")]
    tree = "\n".join(source for source in sources if "KINDS: frozenset" not in source)
    assert not {kind for kind in KINDS if f'"{kind}"' not in tree}


def test_every_key_in_the_code_exists() -> None:
    assert len(WHOLE_KEYS) > 30
    assert not {key for key in WHOLE_KEYS if key not in SENTENCES}
    shapes = {re.escape(one).replace(re.escape(HOLE), r"\w[\w.]*") for one in KEY_PATTERNS}
    assert not {one for one in shapes if not any(re.fullmatch(one, key) for key in SENTENCES)}


def test_every_key_in_the_tables_is_used() -> None:
    assert not {key for key in SENTENCES if not is_used(key)}


@pytest.mark.parametrize("dead", ["lab.report_walrus", "lab.report_walruses", "ui.walrus"])
def test_a_key_without_a_reader_is_found(dead: str) -> None:
    assert not is_used(dead)


@pytest.mark.parametrize("path", TABLES, ids=[path.name for path in TABLES])
def test_a_table_is_read_by_the_parser_without_the_c_library_too(path: Path) -> None:
    given = yaml.load(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    assert given == {
        key.split(".", 1)[1]: pair
        for key, pair in SENTENCES.items()
        if key.split(".", 1)[0] == path.stem
    }


# What is wrong in both languages, in English, and in Turkish.
FAULTS: dict[str, tuple[str, ...]] = {
    "both": (
        r"\s[…%]",  # a space before three dots or a percent sign
        r"\.\.\.",  # three dots that should be one character
        r"'",  # an apostrophe that should be ’
        r'"',  # quotes that should be “ and ”
        r"\b\d{4}-\d{2}-\d{2}\b",  # a date as machines write it
        r"\s$|^\s|  ",
    ),
    "en": (
        r"%[\d{]",
        r"(?i)\b(will stand|stands? here|holds in part|hangs? on|rather looks|wished for)\b",
        r"(?i)\byou (are|look) (angry|disgusted|afraid|fearful|happy|sad|surprised|anxious)\b",
    ),
    "tr": (
        r"[\d}]\s*%",
        r"(?i)\boku(?!l)",  # an expression is not read: sonuç, tahmin, analiz
        r"(?i)\bresi?m|\byer yer\b|\bişleme\b",
        r"(?i)\bsiz (öfkeli|tiksinmiş|korkmuş|mutlu|üzgün|şaşkın)",
    ),
}
# Here a person reads a text, or a program a file; the usage line ends with a space, and a YAML
# file has its own apostrophes.
ALLOWED = {
    *("ui.notice_intro", "errors.consent.required", "errors.film.undecodable", "cli.unread"),
    *("cli.unread_films", "cli.unread_rows", "film.cut_short", "cli.usage", "findings.no_list"),
}


def faults(sentence: str, lang: Language) -> list[str]:
    words = re.sub(r"`[^`]*`", "code", sentence)
    return [fault for fault in (*FAULTS["both"], *FAULTS[lang]) if re.search(fault, words)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sentence_is_written_as_its_language_writes(lang: Language) -> None:
    found = {
        key: faults(pair[lang], lang)
        for key, pair in SENTENCES.items()
        if key not in ALLOWED and not (lang == "en" and key.startswith("cards."))
    }
    assert not {key: wrong for key, wrong in found.items() if wrong}


@pytest.mark.parametrize(
    ("lang", "wrong"),
    [
        ("en", "Sending …"),
        ("en", "right in 83 %"),
        ("en", "right in %83"),
        ("en", "people's votes"),
        ("en", "The map will stand here."),
        ("en", "You are sad."),
        ("en", "checked on 2026-11-20"),
        ("tr", "Gönderiliyor …"),
        ("tr", "83% doğru"),
        ("tr", "{share}% doğru"),
        ("tr", "Yuzug'u kurun"),
        ("tr", "Okuma kesin değil"),
        ("tr", "İfade burada okunur"),
        ("tr", "Bir resim seçin"),
    ],
)
def test_a_sentence_that_breaks_a_rule_is_found(lang: Language, wrong: str) -> None:
    assert faults(wrong, lang)


@pytest.mark.parametrize("key", BUTTONS)
def test_a_turkish_button_is_a_bare_imperative(key: str) -> None:
    assert not re.search(r"[ıiuü]n(ız|iz|uz|üz)?[.!]?$", SENTENCES[key]["tr"]), "siz on a button"


def test_every_limit_that_the_lab_writes_into_a_card_has_its_turkish() -> None:
    ours = {pair["en"] for key, pair in SENTENCES.items() if key.startswith("cards.limit_")}
    assert ours == {*LIMITS, *LIMITS_OF_OWN}


def test_every_split_that_a_bundled_card_names_has_its_turkish() -> None:
    heads = [head for model in available_models() for head in model.card.heads.values()]
    splits = {metrics.split for head in heads for metrics in head.metrics}
    assert splits >= {"validation", "held out"}
    for split in splits | {OUTSIDE}:
        assert in_language(split, "en") == split != in_language(split, "tr")


def test_every_option_has_a_help_and_every_help_an_option() -> None:
    top = parser("en")
    [commands] = [action for action in top._actions if action.dest == "command"]
    assert isinstance(commands.choices, dict)
    every = [top, *commands.choices.values()]
    for one in every:
        one.format_help()  # some options are added only for the command that runs
    # The words that an option takes may follow its sentence.
    told = {str(a.help).split(": ")[0] for one in every for a in one._actions if a.help}
    helps = {
        pair["en"].split(": ")[0]
        for key, pair in SENTENCES.items()
        if re.match(r"cli\.option_", key)
    }
    assert told == helps
    assert {f"cli.command_{name}" for name in commands.choices} == {
        key for key in SENTENCES if key.startswith("cli.command_")
    }


@pytest.mark.parametrize(
    ("lang", "given", "small"),
    [("tr", "IĞDIR İZMİR", "ığdır izmir"), ("en", "INK", "ink"), ("en", "İzmir", "izmir")],
)
def test_small_letters_are_those_of_the_language(lang: Language, given: str, small: str) -> None:
    assert lower(given, lang) == small


def test_turkish_words_stand_in_the_order_of_the_turkish_alphabet() -> None:
    words = "Çanta cam ıhlamur İnci ırmak iğne öykü oyun şeker Su zil ğ kâse kase gaz üzüm un"
    assert " ".join(sorted(words.split(), key=lambda word: order(word, "tr"))) == (
        "cam Çanta gaz ğ ıhlamur ırmak iğne İnci kase kâse oyun öykü Su şeker un üzüm zil"
    )
    assert sorted(["zil", "Çanta", "cam"], key=lambda word: order(word, "en")) == [
        *("cam", "Çanta", "zil")
    ]
