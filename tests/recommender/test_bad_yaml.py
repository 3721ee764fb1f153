"""Whatever stands in a folder: a clear finding, nothing executed, the rest works."""

from __future__ import annotations

import json
import re
import resource
from pathlib import Path

import made_up
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yuzug.recommender import bundled, load_own, recommend
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.yaml_line_numbers import MAX_BYTES, LocatedError, parse

steady = settings(deadline=None, derandomize=True, database=None, max_examples=150)

TEA = made_up.TEA + "  needs: [kitchen]\n"


def said(folder: Path, name: str, content: str | bytes) -> list[str]:
    """The findings of a folder with this one file, whose good neighbour must still load."""
    content = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(content)
    (folder / "neighbour.yaml").write_text(TEA.replace("id: tea", "id: good"), encoding="utf-8")
    loaded = load_own(folder)
    assert "good" in {activity.id for activity in loaded.catalogue.activities}
    assert recommend("sad", catalogue=loaded.catalogue)
    return [str(finding) for finding in loaded.findings]


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        ("- id: tea\n\tminutes: 10\n", "bad.yaml:2: not YAML: "),
        ("- id: tea\n  title: 'a\n", "bad.yaml:3: not YAML"),
        ("\xff\xfe".encode("latin-1"), "bad.yaml:1: the file is not in UTF-8"),
        (TEA.encode("utf-16"), "bad.yaml:1: the file is not in UTF-8"),
        (TEA.encode("cp1254"), "bad.yaml:2: the file is not in UTF-8"),
        (
            "- !!python/object/apply:os.abort []",
            "bad.yaml:1: tags such as tag:yaml.org,2002:python",
        ),
        ("- !ruby/object:Gem {}", "bad.yaml:1: tags such as !ruby/object:Gem are not read"),
        ("- &a 1\n- *a", "bad.yaml:1: anchors and aliases (& and *) are not read"),
        ("- *a", "bad.yaml:1: anchors and aliases (& and *) are not read"),
        ("- {<<: {id: tea}}", "bad.yaml:1: <<: no such key; a typing error?"),
        ("- {id: a, id: b}", "bad.yaml:1: the key 'id' stands twice"),
        ("- ? [id]\n  : tea", "bad.yaml:1: a key must be a single word"),
        ("[]\n---\n[]\n", "bad.yaml:2: a second document begins; put it into a file"),
        ("{a: " * 50, "bad.yaml:1: nested more than 20 deep"),
        ("[" * 1_000_000, "bad.yaml:1: nested more than 20 deep"),
        ("\x00", "bad.yaml:1: not YAML"),
        ("a: 1", "bad.yaml:1: must be a list of activities, each beginning with '- id:'"),
        ("", "bad.yaml:1: must be a list of activities, each beginning with '- id:'"),
        ("- 5", "bad.yaml:1: must hold keys, each with a value"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_works(
    tmp_path: Path, content: str | bytes, finding: str
) -> None:
    found = said(tmp_path, "bad.yaml", content)
    assert any(one.startswith(finding) for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("needs: [kitchen]", "needs: [spaceship]", "12: tea.needs.0: must be 'paper', 'phone'"),
        ("needs: [kitchen]", "needs: kitchen", "12: tea.needs: must be a list"),
        ("needs: [kitchen]", "needs: [[kitchen]]", "12: tea.needs.0: must be 'paper'"),
        ("needs: [kitchen]", "cost: 5", "12: tea.cost: must be 'free' or 'cheap', but is 5"),
        ("needs: [kitchen]", "times: [noon]", "12: tea.times.0: must be 'morning', 'afternoon'"),
        (
            "needs: [kitchen]",
            "cautions: [fun]",
            "12: tea.cautions.0: must be 'injury', 'pregnancy'",
        ),
        ("needs: [kitchen]", "accessible: [fly]", "12: tea.accessible.0: must be 'seated'"),
        ("minutes: 10", "minutes: 121", "8: tea.minutes: must be "),
        ("minutes: 10", "minutes: 1e400", "8: tea.minutes: must be "),
        ("minutes: 10", "minutes: [10]", "8: tea.minutes: must be "),
        ("lift: 0.5", "lift: .nan", "7: tea.emotions.sad.lift: must be "),
        ("lift: 0.5", "lift: 1e999", "7: tea.emotions.sad.lift: must be "),
        ("en: Tea", "en: '<script>alert(1)</script>'", "2: tea.title.en: must be plain words"),
        ("en: Tea", "en: '<img src=x onerror=x>'", "2: tea.title.en: must be plain words"),
        ("en: Tea", 'en: "\\u202eaet"', "2: tea.title.en: must stand on one line"),
        ("en: Tea", "en: " + "x" * 401, "2: tea.title.en: is too long; at most 400"),
        ("id: tea", "id: '../../etc'", "1: id: must "),
        ("id: tea", "id: {a: b}", "1: id: must be "),
    ],
)
def test_an_activity_with_a_fault_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, finding: str
) -> None:
    assert old in TEA
    found = said(tmp_path, "bad.yaml", TEA.replace(old, new, 1))
    assert any(one.startswith(f"bad.yaml:{finding}") for one in found), found


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        (
            "kinds.yaml",
            made_up.MAGIC.replace("It works", "<b>It works</b>"),
            "5: kinds.magic.because.en: ",
        ),
        (
            "kinds.yaml",
            made_up.MAGIC.replace("[webb-2012]", "[]"),
            "7: kinds.magic.sources: must not be empty",
        ),
        (
            "kinds.yaml",
            made_up.MAGIC.replace("    sources: [webb-2012]\n", ""),
            "2: kinds.magic.sources: this",
        ),
        ("kinds.yaml", "kinds: {magic: 5}", "1: kinds.magic: must hold keys"),
        ("kinds.yaml", "- kinds", "1: must hold keys, each with a value"),
        ("policy.yaml", "recent: few", "1: recent: must be "),
        ("policy.yaml", "labels: {sad: blue}", "1: labels.sad: must be a list"),
        ("policy.yaml", "labels: {sad: [blue], happy: [BLUE]}", "1: labels: 'blue' stands under"),
        ("policy.yaml", "labels: {blue: [sad]}", "1: labels.blue: must be 'angry', 'disgust'"),
        (
            "policy.yaml",
            "help: {sentences: {people: [{en: <i>, tr: x}]}}",
            "1: help.sentences.people.0.en: must be",
        ),
        ("policy.yaml", "help: {contacts: [{number: 112}]}", "1: help.contacts.0.source: this key"),
        ("policy.yaml", "- goals", "1: must hold keys, each with a value"),
    ],
)
def test_kinds_and_a_policy_with_a_fault_leave_ours_in_place(
    tmp_path: Path, name: str, content: str, finding: str
) -> None:
    found = said(tmp_path, name, content)
    assert any(finding in one and one.startswith(f"{name}:") for one in found), found
    assert load_own(tmp_path).catalogue.policy == bundled().policy


def test_an_anchor_bomb_and_a_huge_file_cost_nothing(tmp_path: Path) -> None:
    lines = ["- &a0 [" + ", ".join(["lol"] * 9) + "]"]
    lines += [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "anchors and aliases" in said(tmp_path, "bomb.yaml", "\n".join(lines))[0]
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(100_000_000)
    findings = [str(finding) for finding in load_own(tmp_path).findings]
    assert f"huge.yaml:1: the file has 100000000 bytes; at most {MAX_BYTES} are read" in findings
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert said(tmp_path, "note.txt", "<") == []


# Whatever comes

text = st.text(st.sampled_from("-:{}[]&*!|>'\"#%@, \n\tab1.é\x00\x85"), max_size=60)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sad", "lift", "en", "tr", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@steady
@given(text)
def test_any_text_is_a_value_or_a_fault_with_a_line(content: str) -> None:
    try:
        line = parse(content).line((0, "a", 1))
    except LocatedError as fault:
        line = fault.line
    assert 1 <= line <= len(re.split("[\n\x85]", content)) + 1


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@settings(steady, max_examples=80)
@given(st.integers(0, len(TEA) - 1), st.integers(0, 12), text)
def test_any_slip_of_the_pen_is_survived(scratch: Path, at: int, left_out: int, typed: str) -> None:
    content = TEA[:at] + typed + TEA[at + left_out :]
    (scratch / "mine.yaml").write_bytes(content.encode("utf-8", "surrogatepass"))
    for finding in load_own(scratch).findings:
        assert finding.file == "mine.yaml"
        assert 1 <= finding.line <= content.count("\n") + 2
        assert finding.message


@settings(steady, max_examples=60)
@given(st.sampled_from(sorted(Policy.model_fields)), values)
def test_any_value_in_a_policy_is_survived(scratch: Path, key: str, value: object) -> None:
    (scratch / "mine.yaml").write_text(TEA, encoding="utf-8")
    policy = scratch / "policy.yaml"
    policy.write_text(json.dumps({key: value}).replace("\\ud", "d"), encoding="utf-8")
    assert recommend("sad", catalogue=load_own(scratch).catalogue, people_first=True)
    policy.unlink()
