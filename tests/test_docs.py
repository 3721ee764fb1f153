"""What the documentation says is run: the README's examples, table and tree, every docstring."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import readme
from readme import README

import yuzug
from yuzug.emotions import LANGUAGES, Language

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    {"yuzug", *(info.name for info in pkgutil.walk_packages(yuzug.__path__, "yuzug."))}
)
NUMBER = re.compile(r"\d+")
STALE = "run python tools/readme.py"


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_do_what_they_say(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        example
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        for example in test.examples
    ]
    assert len(found) > 60


def blocks(lang: Language, kind: str) -> list[str]:
    page = README[lang].read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_readme_prints_what_it_says(lang: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert len([line for line in readme.code(lang).splitlines() if line.strip()]) == 5
    printed, written = readme.printed(lang), readme.written(lang)
    assert NUMBER.sub("0", printed) == NUMBER.sub("0", written), STALE
    # Another processor or another version of torch may move the last digit.
    for got, said in zip(NUMBER.findall(printed), NUMBER.findall(written), strict=True):
        assert abs(int(got) - int(said)) <= 2, STALE


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_models_is_fresh(lang: Language) -> None:
    assert README[lang].read_text(encoding="utf-8") == readme.table(lang), STALE


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_tree_is_there(lang: Language) -> None:
    tree = blocks(lang, "text")[1]
    inside, paths = Path(), []
    for line in tree.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            inside = Path(name) if name == "yuzug/" else Path()
            paths.append(Path(name))
        else:
            paths.append(inside / name)
    assert len(paths) > 15
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_links_lead_somewhere(lang: Language) -> None:
    page = README[lang].read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_both_readmes_give_the_same_commands() -> None:
    english, turkish = (
        [re.sub(r"\s--.*|\s\S+\.jpg.*", "", block) for block in blocks(lang, "sh")]
        for lang in LANGUAGES
    )
    assert english == turkish


def test_continuous_integration_runs_the_second_command_of_the_readme() -> None:
    script = ROOT / ".ci" / "run"
    if not script.is_file():
        pytest.skip("a source distribution comes without it")
    assert blocks("en", "sh")[1].strip() in script.read_text(encoding="utf-8").splitlines()
