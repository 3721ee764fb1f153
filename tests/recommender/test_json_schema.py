"""The JSON Schema of a catalogue's files: current, and as strict as what reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from yuzug._resources import folder
from yuzug.recommender.catalogue.json_schema import as_text, schema
from yuzug.recommender.catalogue.yaml_line_numbers import parse, read

OURS = folder("recommendations")
FILES = sorted(OURS.rglob("*.yaml"))

TEA = """\
- id: tea
  title: {en: Tea, tr: Çay}
  steps: [{en: Put the kettle on, tr: Çaydanlığı ocağa koyun}]
  kind: pleasure
  emotions: {sad: {lift: 0.5}}
  minutes: 10
  energy: low
  place: indoor
  company: any
  needs: [kitchen]
"""


def faults(value: Any) -> list[str]:
    found = Draft202012Validator(schema()).iter_errors(value)
    return [f"{list(fault.absolute_path)} {fault.message}" for fault in found]


def test_the_schema_is_one_and_the_file_is_current() -> None:
    Draft202012Validator.check_schema(schema())
    written = (OURS / "schema.json").read_text(encoding="utf-8")
    assert written == as_text(), "run yuzug recommend --schema > recommendations/schema.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_accepts_our_files_which_name_it(path: Path) -> None:
    assert faults(read(path).value) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    where = os.path.relpath(OURS / "schema.json", path.parent).replace(os.sep, "/")
    assert first == f"# yaml-language-server: $schema={where}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minutes: 10", "minutes: ten"),
        ("minutes: 10", "minutes: 1"),
        ("minutes: 10", "minuets: 10"),
        ("  minutes: 10\n", ""),
        ("energy: low", "energy: tiny"),
        (", tr: Çay}", "}"),
        ("tr: Çay}", "tr: ''}"),
        ("tr: Çay}", "tr: 5}"),
        ("en: Tea,", "en: <b>Tea</b>,"),
        ("sad: {lift: 0.5}", "sadd: {lift: 0.5}"),
        ("lift: 0.5", "joy: 0.5"),
        ("lift: 0.5", "lift: 2"),
        ("{sad: {lift: 0.5}}", "{}"),
        ("[kitchen]", "[spaceship]"),
        ("id: tea", "id: Tea Time"),
    ],
)
def test_it_refuses_what_the_loader_refuses(old: str, new: str) -> None:
    assert faults(parse(TEA).value) == []
    assert old in TEA
    assert faults(parse(TEA.replace(old, new, 1)).value)


@pytest.mark.parametrize(
    ("content", "right"),
    [
        ("labels: {sad: [blue]}", True),
        ("help: {readings: 2}", True),
        ("variety: {apart: 2}", True),
        ("labels: {blue: [sad]}", False),
        ("risks: [{id: bees, why: bees sting}]", True),
        ("risks: [{id: bees, why: {en: bees sting, tr: arılar sokar}}]", True),
        ("risks: [{id: bees, why: {en: bees sting}}]", False),
        ("helpp: {readings: 2}", False),
        ("help: {contacts: [{region: turkey}]}", False),
        ("kinds: {magic: {family: regulation}}", False),
        ("sources: {}", True),
        ("tea", False),
    ],
)
def test_a_policy_may_be_part_of_one(content: str, right: bool) -> None:
    assert (faults(parse(content).value) == []) is right
