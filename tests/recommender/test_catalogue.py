"""The catalogue that ships, and what happens to one with a fault."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from made_up import MAGIC, TEA

from yuzug._resources import folder
from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.errors import CatalogueError
from yuzug.recommender import bundled, check, load, load_own, recommend
from yuzug.recommender.catalogue.coverage import coverage, table
from yuzug.recommender.catalogue.faults import Finding
from yuzug.recommender.catalogue.lint import near_duplicates
from yuzug.recommender.catalogue.vocabulary import GOALS, GUIDES
from yuzug.recommender.catalogue.yaml_line_numbers import MAX_DEPTH, LocatedError, parse, read
from yuzug.texts.bilingual import Phrase


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


# The catalogue that ships


def test_the_shipped_catalogue_has_no_finding() -> None:
    # The day our contacts were checked: with time they become a warning, which is no fault.
    checked = min(contact.verified_on for contact in bundled().policy.help.contacts)
    assert check(folder("recommendations"), today=checked) == []


def test_every_wish_has_enough_activities_for_every_emotion() -> None:
    assert len(bundled().activities) >= 56
    assert [count for count in coverage(bundled()) if count.found < count.least] == []


def test_the_table_in_the_readme_is_current() -> None:
    readme = (folder("recommendations") / "README.md").read_text(encoding="utf-8")
    shown = readme.split("<!-- coverage -->\n")[1].split("\n<!-- /coverage -->")[0]
    assert shown == table(bundled()), f"replace the table by\n{table(bundled())}"


def test_every_activity_stands_in_the_file_of_its_kind() -> None:
    loaded = load(folder("recommendations"))
    wrong = {
        activity.id: loaded.places[activity.id]
        for activity in loaded.catalogue.activities
        if loaded.places[activity.id][0] != f"activities/{activity.kind}.yaml"
    }
    assert wrong == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_are_plain_and_alike(lang: str) -> None:
    for activity in bundled().activities:
        for sentence in (activity.title, *activity.steps):
            words = sentence.of(lang)
            assert not re.search(r"[.]$|https?:|  ", words), f"{activity.id}: {words}"
            assert words[0] in "“ " or words[0].upper() == words[0], f"{activity.id}: {words}"


def test_turkish_is_turkish_and_english_is_english() -> None:
    for activity in bundled().activities:
        english = " ".join(step.en for step in activity.steps)
        turkish = " ".join(step.tr for step in activity.steps)
        assert not re.search("[çğıöşüÇĞİÖŞÜ]", english), activity.id
        assert re.search("[çğıöşüÇĞİÖŞÜ]", turkish), activity.id
        assert not re.search(r"\b(sen|senin|sana|seni)\b", turkish.lower()), activity.id


def test_many_activities_have_a_guide_and_each_goal_has_enough_for_several_moods() -> None:
    guides = Counter(activity.guide for activity in bundled().activities)
    assert set(guides) == set(GUIDES)
    assert guides.total() - guides["steps"] >= 60
    for goal in GOALS:
        served = [
            {emotion for emotion, goals in activity.emotions.items() if goal in goals}
            for activity in bundled().activities
        ]
        assert sum(map(bool, served)) >= 12, goal
        assert len(set.union(*served)) == len(Emotion), goal


def test_a_timer_ends_within_its_activity() -> None:
    for activity in bundled().activities:
        if activity.guide == "timer":
            assert activity.guide_data("en")["seconds"] <= 60 * activity.minutes, activity.id
        if activity.breath is not None:
            one = activity.breath.in_s + activity.breath.hold_s + activity.breath.out_s
            assert one * activity.breath.rounds <= 60 * activity.minutes, activity.id


def test_nothing_outdoors_comes_at_night() -> None:
    for mood in Emotion:
        outdoors = recommend(mood.value, time="night", place="outdoor", count=1000)
        places = {bundled().by_id[suggestion.id].place for suggestion in outdoors}
        assert places <= {"any"}, mood


def test_every_kind_cites_a_publication_and_is_used() -> None:
    catalogue = bundled()
    assert {activity.kind for activity in catalogue.activities} == set(catalogue.kinds)
    for kind in catalogue.kinds.values():
        for _, source in kind.citations:
            year = catalogue.sources[source].short[-4:]
            assert f"({year})" in catalogue.sources[source].full


# A fault is named by file, line and key, and the rest works


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "message"),
    [
        ("minutes: 10", "minutes: ten", 8, "tea.minutes", "must be "),
        ("minutes: 10", "minutes: '10'", 8, "tea.minutes", "must be "),
        ("minutes: 10", "minutes: 0", 8, "tea.minutes", "must be "),
        ("minutes: 10", "minuets: 10", 8, "tea.minuets", "no such key"),
        ("  minutes: 10\n", "", 1, "tea.minutes", "this key is missing"),
        ("energy: low", "energy: tiny", 9, "tea.energy", "must be 'low', 'medium' or 'high'"),
        (", tr: Çay}", "}", 2, "tea.title.tr", "this key is missing"),
        ("tr: Çay}", "tr: ''}", 2, "tea.title.tr", "must not be empty"),
        ("sad: {lift: 0.5}", "{}", 6, "tea.emotions", "must not be empty"),
        ("    - {en: Put", "    {en: Put", 3, "tea.steps", "must be a list"),
        ("tr: Çay}", "tr: 5}", 2, "tea.title.tr", "must be text, but is 5"),
        ("en: Tea,", "en: <b>Tea</b>,", 2, "tea.title.en", "plain words without < or >"),
        ("en: Tea,", 'en: "a\\nb",', 2, "tea.title.en", "must stand on one line"),
        ("sad: {lift: 0.5}", "sadd: {lift: 0.5}", 7, "tea.emotions.sadd", "must be 'angry'"),
        ("lift: 0.5", "lift: 1.5", 7, "tea.emotions.sad.lift", "must be "),
        ("lift: 0.5", "lift: true", 7, "tea.emotions.sad.lift", "must be "),
        ("lift: 0.5", "joy: 0.5", 7, "tea.emotions.sad.joy", "must be "),
        ("minutes: 10", "not_for: [sad]\n  minutes: 10", 1, "tea", "sad stands under emotions and"),
        ("minutes: 10", "minutes: 10\n  guide: breath", 1, "tea", "the key breath belong together"),
        (
            "minutes: 10",
            "minutes: 10\n  prompt: {en: Why?, tr: Neden?}",
            1,
            "tea",
            "guide: write and the key prompt belong together",
        ),
        ("minutes: 10", "minutes: 10\n  timer_s: 60", 1, "tea", "timer_s belongs to guide: timer"),
        ("kind: pleasure", "kind: magic", 5, "tea.kind", "no kind is called 'magic'"),
        ("id: tea", "id: Tea Time", 1, "id", "must "),
        ("lift: 0.5", "lift: 0.05", 6, "tea.emotions", "this is never offered"),
    ],
)
def test_a_fault_in_an_activity_is_named(
    tmp_path: Path, old: str, new: str, line: int, key: str, message: str
) -> None:
    assert old in TEA
    written(tmp_path, "mine.yaml", TEA.replace(old, new, 1))
    [found] = [finding for finding in check(tmp_path) if message in finding.message]
    assert (found.file, found.line, found.key) == ("mine.yaml", line, key)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (TEA.replace("  kind", "\tkind"), 5, "not YAML"),
        (TEA.encode().replace("Çay".encode(), b"\xc7ay"), 2, "not in UTF-8"),
        (TEA + "  energy: low\n", 12, "the key 'energy' stands twice"),
        ("- &a [1]\n- *a\n", 1, "anchors"),
        ("!!python/object/apply:os.system ['true']", 1, "tags"),
        ("[" * (MAX_DEPTH + 2), 1, "deep"),
        ("id: tea", 1, "must be a list of activities"),
        ("", 1, "must be a list of activities"),
        ("- tea", 1, "must hold keys"),
        ("a\x00b", 1, "not YAML"),
    ],
)
def test_a_file_that_is_not_a_catalogue_is_named_and_the_rest_works(
    tmp_path: Path, content: str | bytes, line: int, message: str
) -> None:
    written(tmp_path, "broken.yaml", content)
    written(tmp_path, "good.yaml", TEA.replace("id: tea", "id: other-tea"))
    loaded = load(tmp_path, base=bundled())
    [finding] = loaded.findings
    assert (finding.file, finding.line) == ("broken.yaml", line)
    assert message in finding.message
    assert len(loaded.catalogue.activities) == len(bundled().activities) + 1


def test_anchors_cannot_multiply(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(LocatedError, match="aliases"):
        parse("\n".join(lines))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(LocatedError, match="100000000 bytes"):
        read(path)


def test_the_same_id_twice_is_a_fault(tmp_path: Path) -> None:
    written(tmp_path, "a.yaml", TEA)
    written(tmp_path, "b.yaml", "\n" + TEA)
    [finding] = load(tmp_path, base=bundled()).findings
    assert str(finding) == "b.yaml:2: tea.id: the same id already stands in a.yaml:1"


def test_two_of_almost_the_same_words_are_found(tmp_path: Path) -> None:
    again = TEA.replace("id: tea", "id: tea-again").replace("Put the kettle", "Set the kettle")
    written(tmp_path, "mine.yaml", TEA + again)
    messages = {f.message for f in check(tmp_path)}
    assert "shares 80% of the words with tea-again (en)" in messages


def test_the_short_way_to_near_duplicates_finds_what_all_pairs_find() -> None:
    words = {f"n{n}": frozenset(f"w{n * k % 17}" for k in range(2, 12)) for n in range(1, 40)}
    words |= {"short": frozenset({"w1", "w2"}), "empty": frozenset()}

    def share(one: str, other: str) -> float:
        return len(words[one] & words[other]) / max(min(len(words[one]), len(words[other])), 1)

    everything = {frozenset(p) for p in ((a, b) for a in words for b in words) if p[0] != p[1]}
    slow = {pair for pair in everything if share(*pair) > 0.6}
    found = [frozenset((one, other)) for one, other, _ in near_duplicates(words)]
    assert set(found) == slow
    assert len(found) == len(slow)


SOURCE = "{short: Nobody 2000, full: 'Nobody (2000), Nothing', doi: 10.1000/1}"
FOR_ANGER = """\
    for_emotion:
      angry:
        because: {en: not here, tr: burada etmez}
        effect: {en: none, tr: yok}
        sources: [webb-2012]
"""
FRESH = TEA.replace("Put the kettle on", "Warm your favourite cup").replace(
    "Çaydanlığı ocağa koyun", "Sevdiğiniz fincanı ısıtın"
)


@pytest.mark.parametrize(
    ("name", "content", "finding"),
    [
        ("a.yaml", FRESH, None),
        (
            "a.yaml",
            FRESH.replace("Sevdiğiniz fincanı ısıtın", "Warm your favourite cup"),
            "a.yaml:4: tea.steps.0.tr: is the same in both languages; translate it",
        ),
        (
            "a.yaml",
            FRESH.replace(", tr: Çay}", "}"),
            "a.yaml:2: tea.title.tr: this key is missing",
        ),
        (
            "a.yaml",
            FRESH.replace("0.5", "0.1"),
            "a.yaml:6: tea.emotions: no weight reaches 0.15, so this is never offered",
        ),
        (
            "a.yaml",
            FRESH.replace("pleasure", "magic"),
            "a.yaml:5: tea.kind: no kind is called 'magic'; there are distraction, exercise, "
            "expression, mastery, perspective, pleasure, reappraisal, relaxation, social, values",
        ),
        (
            "a.yaml",
            FRESH + FRESH,
            "a.yaml:12: tea.id: the same id already stands in a.yaml:1",
        ),
        ("kinds.yaml", MAGIC, "kinds.yaml:2: kinds.magic: no activity is of this kind"),
        (
            "kinds.yaml",
            MAGIC.replace("webb-2012", "nobody-2000"),
            "kinds.yaml:7: kinds.magic.sources: no source is called 'nobody-2000'; "
            "list it under sources",
        ),
        (
            "kinds.yaml",
            MAGIC + FOR_ANGER.replace("webb-2012", "nobody-2000"),
            "kinds.yaml:12: kinds.magic.for_emotion.angry.sources: no source is called "
            "'nobody-2000'; list it under sources",
        ),
        (
            "kinds.yaml",
            MAGIC.replace("[webb-2012]", "[]"),
            "kinds.yaml:7: kinds.magic.sources: must not be empty",
        ),
        (
            "kinds.yaml",
            f"sources:\n  nobody-2000: {SOURCE}\n",
            "kinds.yaml:2: sources.nobody-2000: no kind cites this source",
        ),
        (
            "kinds.yaml",
            f"sources:\n  nobody-2000: {SOURCE}\n".replace(", doi: 10.1000/1", ""),
            "kinds.yaml:2: sources.nobody-2000.doi: this key is missing",
        ),
        (
            "policy.yaml",
            "variety:\n  caps: {magic: 2}\n",
            "policy.yaml:2: variety.caps.magic: there is no such kind",
        ),
        (
            "policy.yaml",
            "help:\n  kinds: [magic]\n",
            "policy.yaml:2: help.kinds: there is no kind 'magic'",
        ),
        (
            "policy.yaml",
            "help:\n  contacts:\n    - region: turkey\n      name: {en: Help, tr: Yardım}\n"
            "      source: https://example.org\n      verified_on: 2026-01-01\n",
            "policy.yaml:3: help.contacts.0: must hold either a number or a page",
        ),
        (
            "policy.yaml",
            "labels:\n  sad: [blue]\n  fear: [Blue]\n",
            "policy.yaml:1: labels: 'blue' stands under fear and sad; it can mean one",
        ),
    ],
)
def test_each_rule_broken_once_is_the_only_finding(
    tmp_path: Path, name: str, content: str, finding: str | None
) -> None:
    written(tmp_path, name, content)
    assert [str(found) for found in check(tmp_path)] == ([finding] if finding else [])


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (MAGIC, None),
        (MAGIC + FOR_ANGER, None),
        (
            MAGIC.replace("It works", "It lowered anger"),
            "because.en: “anger” is shown for every mood; move it to for_emotion.angry",
        ),
        (
            MAGIC.replace("İşe yarar", "Duyguyu hafifletti"),
            "because.tr: “hafifletti” is shown for happy moods too; move it to for_emotion of "
            "those for which it was found",
        ),
        (
            MAGIC + FOR_ANGER.replace("burada etmez", "üzüntüyü azalttı"),
            "for_emotion.angry.because.tr: “üzüntüyü” is shown for angry; move it to "
            "for_emotion.sad",
        ),
    ],
)
def test_evidence_for_one_emotion_stands_under_that_emotion(
    tmp_path: Path, content: str, finding: str | None
) -> None:
    written(tmp_path, "kinds.yaml", content)
    written(tmp_path, "a.yaml", FRESH.replace("kind: pleasure", "kind: magic"))
    found = [f"{found.key}: {found.message}" for found in check(tmp_path)]
    assert found == ([f"kinds.magic.{finding}"] if finding else [])


@pytest.mark.parametrize(
    ("lang", "step"), [("en", "Warm your favourite cup"), ("tr", "Sevdiğiniz fincanı ısıtın")]
)
def test_an_activity_like_one_of_ours_is_named_at_its_steps(
    tmp_path: Path, lang: Language, step: str
) -> None:
    ours = next(a for a in bundled().activities if a.id == "cool-water-on-the-wrists")
    written(tmp_path, "a.yaml", FRESH.replace(step, f'"{ours.steps[0].of(lang)}"'))
    [found] = [str(found) for found in check(tmp_path)]
    message = rf"a\.yaml:3: tea\.steps: shares \d+% of the words with {ours.id} \({lang}\)"
    assert re.fullmatch(message, found), found


def test_too_little_choice_is_a_finding(tmp_path: Path) -> None:
    for name in ("kinds.yaml", "policy.yaml"):
        written(tmp_path, name, (folder("recommendations") / name).read_bytes())
    written(tmp_path, "mine.yaml", TEA)
    findings = check(tmp_path)
    scarce = Phrase("findings.scarce", {"found": 1, "least": 5})
    assert Finding(".", 0, "sad, all", scarce) in findings
    assert "angry, all: 0 activities, at least 5 are wanted" in map(str, findings)


# A folder of one's own


def test_a_folder_adds_and_replaces(tmp_path: Path) -> None:
    replaced = TEA.replace("id: tea", "id: paper-boat")
    written(tmp_path, "deep/mine.yml", TEA + replaced)
    catalogue = load(tmp_path, base=bundled()).catalogue
    titles = {activity.id: activity.title.tr for activity in catalogue.activities}
    assert titles["tea"] == titles["paper-boat"] == "Çay"
    assert len(titles) == len(bundled().activities) + 1
    assert {a.id: a for a in bundled().activities}["paper-boat"].title.tr != "Çay"


def test_a_policy_may_hold_the_keys_that_it_changes(tmp_path: Path) -> None:
    written(tmp_path, "policy.yaml", "labels: {sad: [blue], fear: [joy]}\nvariety: {apart: 1}")
    policy, ours = load_own(tmp_path).catalogue.policy, bundled().policy
    names = {"Blue": "sad", "BLUE ": "sad", "üzgün": "sad", "ÜZGÜN": "sad", "joy": "fear"}
    assert {name: policy.emotion_of(name) for name in names} == names
    assert policy.emotion_of("joyful") == "happy"
    assert (policy.variety.apart, policy.variety.most) == (1, ours.variety.most)
    assert policy.goals == ours.goals
    assert recommend("blue", catalogue=tmp_path)


def test_a_folder_with_kinds_and_policy_replaces_ours(tmp_path: Path) -> None:
    for name in ("kinds.yaml", "policy.yaml"):
        written(tmp_path, name, (folder("recommendations") / name).read_bytes())
    written(tmp_path, "mine.yaml", TEA)
    assert [a.id for a in load_own(tmp_path).catalogue.activities] == ["tea"]
    assert [s.id for s in recommend("sad", catalogue=tmp_path)] == ["tea"]


def test_a_broken_policy_alone_is_named_in_the_error(tmp_path: Path) -> None:
    written(tmp_path, "kinds.yaml", "kinds: {}")
    written(tmp_path, "policy.yaml", "goals:\n  sad: {lift: much}")
    [*findings] = check(tmp_path)
    told = findings[0].to_json()
    message = str(told.pop("message"))
    place = {"file": "policy.yaml", "line": 2, "key": "goals.sad.lift"}
    assert told == {**place, "warning": False}
    assert message.startswith("must be ")
    assert message.endswith(", but is 'much'")
    with pytest.raises(CatalogueError, match=r"policy\.yaml:2: goals\.sad\.lift"):
        load(tmp_path)


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    for ask in (
        lambda: check(tmp_path / "no"),
        lambda: recommend("sad", catalogue=tmp_path / "no"),
    ):
        with pytest.raises(CatalogueError, match="no folder") as caught:
            ask()
        assert caught.value.kind == "catalogue.invalid"


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    assert [f.message for f in check(tmp_path)] == [f"no .yaml file is in {tmp_path.name}"]


def test_recommend_names_the_fault_of_a_folder(tmp_path: Path) -> None:
    written(tmp_path, "mine.yaml", TEA.replace("energy: low", "energy: tiny"))
    with pytest.raises(CatalogueError, match=r"mine\.yaml:9: tea\.energy"):
        recommend("sad", catalogue=tmp_path)
