"""Every error of the code has its words in Turkish too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError

import yuzug
from yuzug.cli import main
from yuzug.errors import OptionError, WeightsError, first_fault
from yuzug.lab.training.recipe_files import read_recipe
from yuzug.models.checkpoint import inspect
from yuzug.texts import placeholders
from yuzug.texts.causes import exact_words
from yuzug.texts.phrases import in_turkish, phrases

CODE = Path(yuzug.__file__).parent


def sentences(node: ast.expr) -> Iterator[str]:
    """What a string expression can say, with a figure where a value stands."""
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr(values=parts):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts
            )
        case ast.IfExp(body=one, orelse=other):
            yield from sentences(one)
            yield from sentences(other)
        case ast.BinOp(left=left, right=right):
            yield from (one + two for one in sentences(left) for two in sentences(right))


def said_by_errors(part: str) -> set[str]:
    """What the errors of the code say under ``must`` or ``do``."""
    said: set[str] = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                keywords = {k.arg: k.value for k in node.keywords if k.arg}
                if {"must", "got"} <= keywords.keys() and part in keywords:
                    said.update(sentences(keywords[part]))
                if part == "must" and getattr(node.func, "id", "") == "_invalid" and node.args:
                    said.update(sentences(node.args[0]))
    return said


@pytest.mark.parametrize(("part", "least"), [("must", 100), ("do", 80)])
def test_what_errors_say_is_there_in_turkish(part: str, least: int) -> None:
    said = said_by_errors(part)
    assert len(said) >= least
    assert sorted(words for words in said if in_turkish(words) == words) == []


def test_a_phrase_has_the_same_values_in_both_languages() -> None:
    assert len(phrases()) > 300
    for english, turkish in phrases().items():
        assert placeholders(english) == placeholders(turkish), english
        assert english != turkish


class Strange(BaseModel, extra="forbid"):
    """A value of each sort that pydantic can complain of."""

    whole: int = 1
    rate: float = Field(0.5, gt=0, le=1)
    word: str = Field("a", min_length=1, pattern="^[a-z]+$")
    sort: bool = True
    some: tuple[int, ...] = Field((1,), min_length=1)
    inner: dict[str, int] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"whole": "x"}, "whole: tam sayı olmalı"),
        ({"whole": 1.5}, "whole: tam sayı olmalı, ondalıklı olamaz"),
        ({"rate": 0}, "rate: 0 değerinden büyük olmalı"),
        ({"rate": 2}, "rate: en fazla 1 olmalı"),
        ({"rate": "x"}, "rate: sayı olmalı"),
        ({"word": 1}, "word: metin olmalı"),
        ({"word": ""}, "word: en az 1 karakter olmalı"),
        ({"word": "A"}, "word: şu desene uymalı: '^[a-z]+$'"),
        ({"sort": "x"}, "sort: true ya da false olmalı"),
        ({"some": []}, "some: en az 1 öge içermeli, 0 var (Tuple)"),
        ({"some": 1}, "some: liste olmalı"),
        ({"inner": 1}, "inner: anahtarlar ve değerler içermeli"),
        ({"other": 1}, "other: böyle bir anahtar yok"),
    ],
)
def test_what_pydantic_finds_is_told_in_turkish(given: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError) as found:
        Strange.model_validate(given)
    assert in_turkish(first_fault(found.value)) == said


def test_what_has_more_parts_than_a_sentence_stays_as_it_is() -> None:
    assert in_turkish("; " * 999) == "; " * 999


def test_names_and_paths_stay_as_they_are() -> None:
    error = OptionError(
        "option.invalid",
        must="the folder for the tables must be one that can be written to",
        got="/data/a b (Permission denied)",
        do="choose another folder",
    )
    assert exact_words(error, "tr") == (
        "tabloların klasörü yazılabilir olmalı; gelen: /data/a b (izin yok); başka bir klasör seçin"
    )
    assert in_turkish("both with other files") == "içinde başka dosyalar olan both"
    assert in_turkish("{curly} 'quotes'") == "{curly} 'quotes'"
    assert in_turkish("none " * 1000) == "none " * 1000


def test_a_fault_that_the_library_named_is_told_in_turkish(tmp_path: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    weights.write_bytes(b"\x90\x2a" + bytes(6) + b"{")
    with pytest.raises(WeightsError) as found:
        inspect(weights)
    assert exact_words(found.value, "tr") == (
        "ağırlık dosyası, kartı kendisine uyan bir safetensors dosyası olmalı; gelen: "
        "mine.safetensors: dosya başlığı okunamadı (başlığın uzunluğu geçersiz); "
        "dosyayı yeniden indirin"
    )


def test_faults_of_a_recipe_are_told_in_turkish(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("epoch: 3\nsize: 9\nwarmup: -1\n")
    with pytest.raises(OptionError) as found:
        read_recipe(recipe)
    words = exact_words(found.value, "tr")
    assert "epoch: böyle bir anahtar yok; şunu mu demek istediniz: epochs?" in words
    assert "size: böyle bir anahtar yok" in words
    assert not re.search(r"Input|should|such|mean", words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["analyze"], "şu argümanlar gerekli: IMAGE"),
        (["analyse"], "'analyse' olamaz (seçenekler: "),
        (["recommend", "sad", "--minutes", "x"], "--minutes argümanı: 'x' bir tam sayı değil"),
        (["recommend", "sad", "--count"], "--count argümanı: bir değer bekleniyor"),
        (["recommend", "sad", "--walrus"], "tanınmayan argümanlar: --walrus"),
    ],
)
def test_a_wrong_command_is_told_in_turkish(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*words, "--lang", "tr"])
    assert said in capsys.readouterr().err
