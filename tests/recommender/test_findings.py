"""The findings of a broken catalogue in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from made_up import MAGIC, TEA
from pydantic import BaseModel, ValidationError

from yuzug._resources import folder
from yuzug.cli import main
from yuzug.emotions import LANGUAGES
from yuzug.errors import CatalogueError
from yuzug.recommender import bundled, check, load
from yuzug.recommender.catalogue.faults import Finding, faults
from yuzug.recommender.catalogue.load import KindsFile, Parts, _read_file
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.yaml_line_numbers import MAX_BYTES, Document, parse, read
from yuzug.texts import table
from yuzug.texts.bilingual import Phrase

ENGLISH = re.compile(
    r"(?<![\w-])(the|this|that|is|are|was|be|been|must|should|no|not|than|of|too"
    r"|more|with|without|leave|energy|belong|stands|begins|input|date|to|for|under)(?![\w-])",
    re.IGNORECASE,
)
IN_BRACKETS = re.compile(r"\(ayrıştırıcının iletisi: .*\)$")  # the parser's own words
IN_CODE = re.compile(r"“.*?”|'.*?'")  # words of the catalogue

EVERYTHING = TEA.replace("steps:", "steps:\n    - {en: same, tr: same}") + (
    "  not_for: [fear]\n  times: [morning]\n  cautions: [heart]\n  needs: [book]\n  cost: free\n"
    "  accessible: [seated]\n  guide: write\n  prompt: {en: Why?, tr: Neden?}\n"
)
BREATH = "{in_s: 4, hold_s: 9, out_s: 4, rounds: 2}"
COUNT = "[{times: 3, what: {en: cups, tr: fincan}}]"
FOR_ANGER = """\
    for_emotion:
      angry:
        because: {en: less sadness, tr: işe yarar}
        effect: {en: none, tr: yok}
        sources: [webb-2012]
"""


def like(name: str, **changes: str) -> str:
    """The tea under another name, with other values of its keys."""
    content = TEA.replace("id: tea", f"id: {name}")
    for key, value in changes.items():
        content = re.sub(rf"  {key}: .*\n", "", content) + f"  {key}: {value}\n"
    return content


ACTIVITIES = "".join(
    [
        EVERYTHING,
        TEA,
        like("no-kind", kind="magic-of-old"),
        like("weak").replace("lift: 0.5", "lift: 0.01"),
        like("at-night", place="outdoor"),
        like("effort", energy="high"),
        like("angry", energy="high").replace("sad: {lift", "angry: {calm"),
        like("held", guide="breath", breath=BREATH),
        like("wine").replace("Put the kettle", "Drink the wine"),
        like("knife").replace("Put the kettle", "Use the knife"),
        like("sauna").replace("Put the kettle", "Heat the sauna"),
        like("bees").replace("Put the kettle", "Visit the bees"),
        like("lost").replace("  company: any\n", ""),
        like("typo", minuets="10"),
        like("ten", minutes="ten"),
        like("list", needs="book"),
        like("list-of-lists", needs="[[book]]"),
        like("none").replace("sad: {lift: 0.5}", "{}"),
        like("long").replace("en: Tea", f"en: {'x' * 500}"),
        like("number").replace("en: Tea", "en: 5"),
        like("tag").replace("en: Tea", "en: <b>"),
        like("lines").replace("en: Tea", 'en: "a\\nb"'),
        like("guide", guide="write"),
        like("timer", timer_s="60"),
        like("both", not_for="[sad]"),
        "- 5\n",
    ]
)
POLICY = """\
labels: {sad: [blue]}
variety: {caps: {nowhere: 2}}
help: {kinds: [nowhere], activities: [nothing]}
withheld:
  - {emotions: [angry], goals: [calm], energies: [high], source: nobody-2000}
risks:
  - id: bees
    why: {en: bees sting, tr: arılar sokar}
    words: {en: [bees], tr: [arılar]}
    cautions: [injury, minors, food]
    not_for: [fear]
  - id: indoors
    why: {en: some rooms are damp, tr: bazı odalar rutubetli}
    places: [indoor]
    not_for: [happy]
moods:
  sad: {name: {en: Blue, tr: Mavi}, emotions: {sad: 1.0}}
  low: {name: {en: Blue, tr: Mavi}, emotions: {sad: 1.0}}
"""
WRONG_POLICIES = (
    "labels: {sad: [blue], fear: [Blue]}",
    "help: {contacts: [{region: turkey, name: {en: a, tr: b}, source: 'https://example.org', "
    "verified_on: 2026-01-01}]}",
    "help: {contacts: [{region: turkey, name: {en: a, tr: b}, source: 'https://example.org', "
    "verified_on: yesterday}]}",
)
KINDS = (
    MAGIC.replace("It works", "It eased anger")
    + FOR_ANGER
    + "sources:\n  nobody-1999: {short: Nobody 1999, full: Nobody (1999), doi: 10.1000/1}\n"
)
WRONG_FILES: dict[str, str | bytes] = {
    "yaml.yaml": "- id: tea\n\tminutes: 10\n",
    "control.yaml": "\x00",
    "latin.yaml": b"\xc7ay",
    "anchor.yaml": "- &a 1",
    "tag.yaml": "- !tag 1",
    "two.yaml": "[]\n---\n[]\n",
    "deep.yaml": "[" * 99,
    "key.yaml": "- {[a]: 1}",
    "twice.yaml": "- {a: 1, a: 2}",
    "map.yaml": "a: 1",
}


def written(place: Path, files: dict[str, str | bytes]) -> Path:
    place.mkdir()
    for name, content in files.items():
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return place


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on top of ours with most faults that there are."""
    files = {"a.yaml": ACTIVITIES, "policy.yaml": POLICY, **WRONG_FILES}
    return written(tmp_path_factory.mktemp("broken") / "mine", files)


@pytest.fixture(scope="module")
def found(broken: Path) -> list[Finding]:
    """Every finding that there can be."""
    base, ours = broken.parent, folder("recommendations")
    alone: dict[str, str | bytes] = {
        name: (ours / name).read_bytes() for name in ("kinds.yaml", "policy.yaml")
    }
    written(base / "huge", {})
    with (base / "huge" / "huge.yaml").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    findings = [
        *check(broken),
        *check(base / "huge"),
        *check(written(base / "empty", {})),
        *check(written(base / "alone", {**alone, "a.yaml": TEA}), today=date(2040, 1, 1)),
        *check(written(base / "kinds", {"kinds.yaml": KINDS})),
        *check(written(base / "source", {"kinds.yaml": MAGIC.replace("webb", "nobody")})),
    ]
    for number, content in enumerate(WRONG_POLICIES):
        findings += check(written(base / f"policy{number}", {"policy.yaml": content}))
    # Whoever runs the tests may be allowed to open every file.
    parts = Parts()
    _read_file(base / "gone.yaml", "gone.yaml", parts)
    with pytest.raises(CatalogueError) as caught:
        load(base / "empty")
    nothing = caught.value.values["finding"]
    assert isinstance(nothing, Finding)
    return [*findings, *parts.findings, nothing]


def english(sentence: str) -> bool:
    """Whether English words stand in it, besides those of the catalogue and the parser."""
    return ENGLISH.search(IN_CODE.sub("", IN_BRACKETS.sub("", sentence))) is not None


def keys(value: object) -> Iterator[str]:
    """The keys of a phrase and of those within it."""
    if isinstance(value, Phrase):
        yield value.key
        for inner in value.values.values():
            yield from keys(inner)


def test_every_phrase_is_found_in_some_catalogue_and_no_other(found: list[Finding]) -> None:
    produced = {key for finding in found for key in keys(finding.phrase)}
    assert produced | {"findings.warning"} == {
        key for key in table() if key.startswith("findings.")
    }


def test_a_finding_is_in_one_language(found: list[Finding]) -> None:
    assert [finding.message for finding in found if not english(finding.message)] == []
    turkish = [str(finding.to_json("tr")["message"]) for finding in found]
    assert [sentence for sentence in turkish if english(sentence)] == []


def test_a_warning_is_one_in_each_language(found: list[Finding]) -> None:
    old = next(finding for finding in found if finding.warning)
    days = old.phrase.values["days"]
    assert str(old).endswith(
        f"verified_on: warning: was checked {days} days ago; check it again and change the date"
    )
    assert old.of("tr").endswith(
        f"verified_on: uyarı: {days} gün önce kontrol edilmiş; yeniden "
        "kontrol edip tarihi değiştirin"
    )


def test_every_risk_says_why_in_both_languages() -> None:
    for risk in bundled().policy.risks:
        assert risk.why.en != risk.why.tr, risk.id
        assert not english(risk.why.tr)


def test_what_a_risk_asks_for_is_named_in_both_languages(found: list[Finding]) -> None:
    [bees] = [one for one in found if one.key == "bees.steps.0.en"]
    assert bees.message == (
        "“bees” is risky: bees sting; add cautions: injury or minors or food and not_for: [fear]"
    )
    assert bees.phrase.of("tr") == (
        "“bees” riskli: arılar sokar; şunları ekleyin: “cautions: injury ya da minors ya da food”, "
        "“not_for: [fear]”"
    )


def test_check_prints_the_language_that_is_asked_for(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = {}
    for lang in LANGUAGES:
        assert main(["recommend", "--check", str(broken), "--lang", lang]) == 2
        out, err = capsys.readouterr()
        printed[lang] = json.loads(out)["findings"]
        assert english(err.replace(str(broken), "")) is (lang == "en")
    places = {
        lang: [{k: v for k, v in one.items() if k != "message"} for one in printed[lang]]
        for lang in LANGUAGES
    }
    assert places["en"] == places["tr"]
    assert [one["message"] for one in printed["tr"] if english(one["message"])] == []
    messages = {one["file"]: one["message"] for one in printed["tr"]}
    assert messages["yaml.yaml"].startswith("YAML yazımı hatalı; girintileri, tırnakları")
    assert IN_BRACKETS.search(messages["yaml.yaml"])
    assert main(["recommend", "--check", str(broken)]) == 2
    assert json.loads(capsys.readouterr().out)["findings"] == printed["en"]


def test_what_is_skipped_is_named_in_turkish(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recommend", "sad", "--catalogue", str(broken), "--lang", "tr"]) == 0
    lines = capsys.readouterr().err.replace(str(broken), "").splitlines()
    assert len(lines) > 20
    assert [line for line in lines if english(line.rpartition(".yaml:")[2])] == []


def test_a_policy_that_cannot_be_used_is_named_in_turkish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = written(tmp_path / "a", {"kinds.yaml": "kinds: {}", "policy.yaml": "goals: 5"})
    assert main(["recommend", "sad", "--catalogue", str(place), "--lang", "tr"]) == 2
    assert "gelen: policy.yaml:1: goals: anahtar ve değerlerden oluşmalı; o satırı" in (
        capsys.readouterr().err
    )


# What pydantic finds

ODD_VALUES: tuple[Any, ...] = (
    *("", "x", "x" * 5000, "<", "9" * 5000, "2026-13-01", "2026-01-01T10:00"),
    *(-1, 10**18, 1.5, 1e12, float("nan"), True, None),
    *([], [[]], [""] * 200, {}, {"a": 1}),
)
# Keys that are a vocabulary: one of them is enough.
ONE_OF_MANY = ("goals", "energies", "labels", "moods", "caps", "kinds", "sources")


def shortened(value: Any, of: str = "") -> Any:
    """A value with one entry of each list."""
    if isinstance(value, dict):
        kept = list(value.items())[: 1 if of in ONE_OF_MANY else None]
        return {key: shortened(inner, key) for key, inner in kept}
    return [shortened(inner) for inner in value[:1]] if isinstance(value, list) else value


def broken_once(value: Any) -> Iterator[Any]:
    """A value with an odd one in each place, one at a time."""
    yield from ODD_VALUES
    if not isinstance(value, dict | list):
        return
    for key in value if isinstance(value, dict) else range(len(value)):
        for odd in broken_once(value[key]):
            changed = value.copy()
            changed[key] = odd
            yield changed


def fault_of(model: type[BaseModel], value: Any) -> ValidationError | None:
    try:
        model.model_validate(value)
    except ValidationError as fault:
        return fault
    return None


def test_every_kind_of_fault_that_pydantic_finds_has_its_turkish() -> None:
    policy = shortened(read(folder("recommendations") / "policy.yaml").value)
    policy["risks"][0] |= {"energies": ["high"], "places": ["outdoor"], "cautions": ["heart"]}
    whole: list[tuple[type[BaseModel], Any]] = [
        (Policy, policy),
        (KindsFile, parse(KINDS).value),
        (Activity, parse(EVERYTHING).value[0]),
        (Activity, parse(like("count", guide="count", count=COUNT)).value[0]),
        (Activity, parse(like("held", guide="breath", breath=BREATH)).value[0]),
    ]
    found = [
        fault
        for model, value in whole
        for changed in broken_once(value)
        if (fault := fault_of(model, changed)) is not None
    ]
    kinds = {error["type"] for fault in found for error in fault.errors()}
    nowhere = Document({}, "", ())
    turkish = {
        finding.phrase.of("tr")
        for fault in found
        for finding in faults(fault, nowhere, "a.yaml", ())
    }
    untranslated = {sentence for sentence in turkish if english(sentence)}
    assert untranslated == set()
    assert kinds >= {
        *("missing", "extra_forbidden", "int_type", "int_from_float", "int_parsing", "float_type"),
        *("int_parsing_size", "finite_number", "date_type", "date_from_datetime_parsing"),
        *("date_from_datetime_inexact", "literal_error", "enum", "string_type", "too_short"),
        *("string_pattern_mismatch", "string_too_long", "greater_than", "greater_than_equal"),
        *("less_than_equal", "model_type", "dict_type", "tuple_type", "too_long"),
    }


def test_a_kind_of_fault_that_is_not_known_stays_english() -> None:
    class Strange(BaseModel):
        of: UUID

    with pytest.raises(ValidationError) as caught:
        Strange.model_validate({"of": [1]})
    [finding] = faults(caught.value, Document({}, "", ()), "a.yaml", ())
    assert finding.phrase.of("tr") == finding.message
    assert "UUID" in finding.message
