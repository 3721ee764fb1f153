"""The sentences: pairs complete, keys and code agree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from yuzug.cli import parser
from yuzug.emotions import LANGUAGES, Language
from yuzug.errors import KINDS
from yuzug.lab.data.training_data import OUTSIDE
from yuzug.lab.training.finalize import LIMITS, LIMITS_OF_OWN
from yuzug.models import available_models
from yuzug.texts import placeholders, table
from yuzug.texts.cards import in_language
from yuzug.texts.letters import lower, order

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = table()
FILES = {key.split(".")[0] for key in SENTENCES}


NAME = re.compile(r"[a-z][a-z0-9_.]*")


def named_in_code() -> tuple[set[str], set[str]]:
    """What might be a key or the end of one: strings, and patterns of strings put together."""
    strings: set[str] = set()
    patterns: set[str] = set()
    for path in (ROOT / "yuzug").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        put_together = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
        pieces = {id(piece) for node in put_together for piece in node.values}
        patterns |= {pattern_of(node) for node in put_together}
        strings |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and id(node) not in pieces
            and isinstance(node.value, str)
            and NAME.fullmatch(node.value)
        }
    return strings, {pattern for pattern in patterns if re.match(r"[a-z]{2}", pattern)}


def pattern_of(node: ast.JoinedStr) -> str:
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w[\w.]*"
        for part in node.values
    )


STRINGS, PATTERNS = named_in_code()
WHOLE_KEYS = {name for name in STRINGS if name.split(".")[0] in FILES and "." in name} - KINDS
KEY_PATTERNS = {one for one in PATTERNS if re.match(rf"({'|'.join(FILES)})\\\.", one)}
# Of a key put together as f"ui.{name}", the name itself must stand somewhere in the code.
OPEN_FILES = {one.split("\\.")[0] for one in KEY_PATTERNS if re.fullmatch(r"\w+\\\.\\w.*", one)}


def is_used(key: str) -> bool:
    file, name = key.split(".", 1)
    if file == "cards":  # found by their English words, which tests below hold to the cards
        return True
    if key in STRINGS or matches(key, KEY_PATTERNS - {rf"{file}\.\w[\w.]*"}):
        return True
    return file in OPEN_FILES and (name in STRINGS or matches(name, PATTERNS - KEY_PATTERNS))


def matches(name: str, patterns: set[str]) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in patterns)


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
    assert not {one for one in KEY_PATTERNS if not any(re.fullmatch(one, key) for key in SENTENCES)}


def test_every_key_in_the_tables_is_used() -> None:
    assert not {key for key in SENTENCES if not is_used(key)}


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
    told = {action.help for one in every for action in one._actions if action.help}
    helps = {pair["en"] for key, pair in SENTENCES.items() if re.match(r"cli\.option_", key)}
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
