"""The safety rules of the lint: each planted risk is found, in both languages."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from made_up import TEA
from risky_sentences import RISKY

from yuzug._resources import folder
from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender import bundled, check
from yuzug.recommender.catalogue.faults import Finding
from yuzug.recommender.catalogue.risks import Risk, RiskWords, word_found

RISKS = {risk.id: risk for risk in bundled().policy.risks}
STEP = "    - {en: Put the kettle on, tr: Çaydanlığı ocağa koyun}\n"
PLANTED = [
    (risk.id, lang, word)
    for risk in RISKS.values()
    if risk.words is not None
    for lang in LANGUAGES
    for word in (risk.words.en if lang == "en" else risk.words.tr)
]


def planted(risk: Risk, lang: Language, word: str) -> str:
    """An activity for every mood whose one step holds this word."""
    words = {"en": "Warm your favourite cup", "tr": "Sevdiğiniz fincanı ısıtın"}
    words[lang] += f" {word.rstrip('*')}"
    moods = "".join(f"    {emotion.value}: {{lift: 0.5}}\n" for emotion in Emotion)
    content = TEA.replace(STEP, f"    - {{en: {words['en']}, tr: {words['tr']}}}\n")
    content = content.replace("    sad: {lift: 0.5}\n", moods)
    if risk.places:
        content = content.replace("place: indoor", "place: outdoor\n  times: [morning]")
    return content


def made_right(risk: Risk, content: str) -> str:
    """The same with the caution and the moods that the risk asks for."""
    for emotion in risk.not_for:
        content = content.replace(f"    {emotion.value}: {{lift: 0.5}}\n", "")
    if risk.not_for:
        content += f"  not_for: [{', '.join(emotion.value for emotion in risk.not_for)}]\n"
    if risk.cautions:
        content += f"  cautions: [{risk.cautions[0]}]\n"
    return content


def risky(folder: Path, content: str) -> list[Finding]:
    (folder / "mine.yaml").write_text(content, encoding="utf-8")
    return [finding for finding in check(folder) if "is risky" in finding.message]


def test_there_is_a_rule_for_each_thing_the_review_named() -> None:
    named = {"ligature", "heights", "water", "effort", "conflict", "dark", "washing", "blades"}
    named |= {"breath-holding", "cold", "heat", "falls", "isolation", "checking"}
    assert named <= set(RISKS)


def all_planted(folder: Path, right: bool) -> dict[str, list[Finding]]:
    """Every word of every risk in an activity of its own; its risky findings by its id."""
    contents = []
    for number, (name, lang, word) in enumerate(PLANTED):
        content = planted(RISKS[name], lang, word)
        content = made_right(RISKS[name], content) if right else content
        contents.append(content.replace("id: tea", f"id: tea-{number}"))
    found: dict[str, list[Finding]] = {}
    for finding in risky(folder, "".join(contents)):
        found.setdefault(finding.key.split(".")[0], []).append(finding)
    return found


def test_each_word_in_each_language_is_found_and_can_be_made_right(tmp_path: Path) -> None:
    found, right = all_planted(tmp_path, right=False), all_planted(tmp_path, right=True)
    for number, (name, lang, word) in enumerate(PLANTED):
        risk, key = RISKS[name], f"tea-{number}"
        keys = {f.key for f in found.get(key, []) if risk.why.en in f.message}
        assert keys == {f"{key}.steps.0.{lang}"}, f"{name}: {word}"
        if risk.cautions or risk.not_for:
            left = [f.message for f in right.get(key, []) if risk.why.en in f.message]
            assert left == [], f"{name}: {word}"


def test_what_nothing_makes_right_must_go(tmp_path: Path) -> None:
    risk = RISKS["drugs"]
    [finding] = risky(tmp_path, planted(risk, "tr", "rakı"))
    assert finding.message.endswith("; leave this activity out")


def test_great_effort_needs_a_caution(tmp_path: Path) -> None:
    high = TEA.replace("energy: low", "energy: high") + "  times: [morning]\n"
    [finding] = risky(tmp_path, high)
    assert finding.message == (
        "high energy is risky: it can harm people with heart disease, high blood pressure or "
        "asthma; add cautions: heart"
    )
    assert risky(tmp_path, high + "  cautions: [heart]\n") == []


@pytest.mark.parametrize("times", ["", "  times: [evening, night]\n"])
def test_the_open_air_at_night_is_found(tmp_path: Path, times: str) -> None:
    (tmp_path / "mine.yaml").write_text(
        TEA.replace("place: indoor", "place: outdoor") + times, encoding="utf-8"
    )
    [found] = [f for f in check(tmp_path) if "at night" in f.message]
    assert found.key == ("tea.times" if times else "tea.place")


@pytest.mark.parametrize("times", ["", "  times: [evening, night]\n"])
def test_great_effort_at_night_is_found(tmp_path: Path, times: str) -> None:
    high = TEA.replace("energy: low", "energy: high") + "  cautions: [heart]\n" + times
    (tmp_path / "mine.yaml").write_text(high, encoding="utf-8")
    [found] = [f for f in check(tmp_path) if "at night" in f.message]
    assert found.key == ("tea.times" if times else "tea.energy")


@pytest.mark.parametrize(("held_s", "found"), [(7, []), (8, ["tea.breath.hold_s"])])
def test_a_breath_held_for_long_is_found(tmp_path: Path, held_s: int, found: list[str]) -> None:
    guide = f"  guide: breath\n  breath: {{in_s: 4, hold_s: {held_s}, out_s: 8, rounds: 4}}\n"
    (tmp_path / "mine.yaml").write_text(TEA + guide, encoding="utf-8")
    assert [f.key for f in check(tmp_path) if "holds the breath" in f.message] == found


def test_a_prompt_and_what_is_counted_are_read_too(tmp_path: Path) -> None:
    write = "  guide: write\n  prompt: {en: Whom will you forgive?, tr: Kimi bağışlarsınız?}\n"
    count = "  guide: count\n  count: [{times: 3, what: {en: pills, tr: düğme}}]\n"
    assert [f.key for f in risky(tmp_path, TEA + write)] == ["tea.prompt.en"]
    assert [f.key for f in risky(tmp_path, TEA + count)] == ["tea.count.0.what.en"]


def test_what_the_policy_withholds_is_found(tmp_path: Path) -> None:
    angry = TEA.replace("sad: {lift: 0.5}", "angry: {calm: 0.8, energise: 0.5}")
    angry = angry.replace("energy: low", "energy: high") + "  cautions: [heart]\n"
    (tmp_path / "mine.yaml").write_text(angry, encoding="utf-8")
    [found] = [f for f in check(tmp_path) if "withholds" in f.message]
    assert (found.line, found.key) == (7, "tea.emotions.angry.calm")


def test_our_list_holds_for_a_catalogue_that_stands_alone(tmp_path: Path) -> None:
    for name in ("kinds.yaml", "policy.yaml"):
        (tmp_path / name).write_bytes((folder("recommendations") / name).read_bytes())
    policy = (tmp_path / "policy.yaml").read_text(encoding="utf-8")
    start, end = policy.index("\nrisks:"), policy.index("# When the reading is not sure")
    (tmp_path / "policy.yaml").write_text(policy[:start] + "\n" + policy[end:], encoding="utf-8")
    assert risky(tmp_path, planted(RISKS["ligature"], "en", "knot"))


def test_a_list_of_ones_own_is_added(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "risks:\n  - {id: bees, why: bees sting, words: {en: [bee*], tr: [arı]}, "
        "cautions: [injury]}\n",
        encoding="utf-8",
    )
    assert risky(tmp_path, TEA.replace("Put the kettle", "Visit the bees"))
    assert risky(tmp_path, TEA.replace("Put the kettle", "Visit the bridge"))


@pytest.mark.parametrize(
    ("lang", "sentence", "found"),
    [
        ("en", "Tie a KNOT", "knot"),
        ("en", "Unknotted", None),
        ("en", "knotted", "knotted"),
        ("tr", "Bir DÜĞÜM atın", "düğüm"),
        ("tr", "İPİ çekin", "ipi"),
        ("tr", "İpek bir yastık", None),
        ("en", "Double-check it", "double-check"),
        ("en", "Don't answer", "don't answer"),
    ],
)
def test_words_end_where_they_end(lang: Language, sentence: str, found: str | None) -> None:
    words = RiskWords(en=("knot*", "double check", "don’t answer"), tr=("düğüm*", "ipi"))
    assert word_found(words, sentence, lang) == found


def test_a_contact_checked_long_ago_is_a_warning() -> None:
    oldest = min(contact.verified_on for contact in bundled().policy.help.contacts)
    ours = folder("recommendations")
    assert check(ours, today=oldest + timedelta(days=180)) == []
    found = check(ours, today=oldest + timedelta(days=181))
    assert found
    assert all(finding.warning for finding in found)
    assert "was checked 181 days ago" in found[0].message
    assert "warning: " in str(found[0])


def test_a_warning_alone_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(TEA, encoding="utf-8")
    assert not any(finding.warning for finding in check(tmp_path, today=date(2040, 1, 1)))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_that_tried_to_slip_past_are_found(lang: Language) -> None:
    lists = [risk.words for risk in RISKS.values() if risk.words is not None]
    assert len(RISKY[lang]) > 60
    assert [s for s in RISKY[lang] if not any(word_found(words, s, lang) for words in lists)] == []
