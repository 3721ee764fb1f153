"""Exact causes: three lines in each language, told in the language of the person."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from drawn import drawn_faces, folder_of

from yuzug.cli import main
from yuzug.emotions import LANGUAGES
from yuzug.errors import OptionError
from yuzug.texts import table
from yuzug.texts.causes import caused, exact_words

Capture = pytest.CaptureFixture[str]
CAUSES = sorted(key for key in table() if key.startswith("causes.") and key != "causes.exact")


@pytest.mark.parametrize("key", CAUSES)
def test_a_cause_has_what_must_hold_what_came_and_what_to_do(key: str) -> None:
    for lang in LANGUAGES:
        lines = table()[key][lang].split("\n")
        assert len(lines) == 3
        assert all(lines)


def test_a_cause_says_the_same_after_another_process_and_on_one_line() -> None:
    error = caused(OptionError, "data.split", "split_unknown", split="'de\nv'", known="train")
    again = pickle.loads(pickle.dumps(error))
    for one in (error, again):
        assert exact_words(one, "en") == str(error)
        said = exact_words(one, "tr")
        assert "bölümünde yüz olmalı; gelen: train bölümleri; başka bir bölüm" in said
        assert "\n" not in said


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (["train", "own1", "--data", "DATA", "--out", "OUT"], "şunu mu demek istediniz: own?"),
        (["evaluate", "DATA", "--split", "dev"], "bölümsüz veri"),
        (["evaluate", "DATA", "--map", "a"], "anger=angry,joy=happy biçiminde yazın"),
        (["prepare", "DATA", "OUT", "--size", "3"], "en az 16 piksel olmalı"),
        (["prepare", "DATA", "DATA"], "çıktı klasörü yeni ya da boş olmalı"),
        (["prepare", "DATA", "OUT", "--subject", "("], "bir düzenli ifade olmalı"),
        (["train", "own", "--data", "DATA", "--out", "OUT", "--set", "a"], "anahtar=değer"),
    ],
)
def test_a_wrong_word_for_the_lab_is_told_in_turkish(
    extra: list[str], said: str, tmp_path: Path, capsys: Capture
) -> None:
    data = folder_of(drawn_faces(6), tmp_path / "data")
    places = {"DATA": str(data), "OUT": str(tmp_path / "out")}
    assert main([*(places.get(word, word) for word in extra), "--lang", "tr"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "but got" not in told
    assert told.count("\n") == 1
