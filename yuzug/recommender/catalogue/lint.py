"""What is wrong with a catalogue, beyond what keeps it from loading.

Faults of reading · sentences not translated · activities that never come · risky words without
what they ask for, the open air and great effort at night, a breath held for long · evidence shown
for a mood of which it says nothing · kinds and sources that nobody names, and names that are none ·
contacts that were not checked for long · two activities that are almost the same · too little
choice for an emotion, a mood and a filter · two moods of one name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from yuzug.emotions import LANGUAGES, Language
from yuzug.recommender.catalogue.coverage import coverage, mood_coverage
from yuzug.recommender.catalogue.evidence_words import misplaced
from yuzug.recommender.catalogue.faults import Finding
from yuzug.recommender.catalogue.load import Loaded, bundled, read_parts, stands_alone
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.catalogue.policy import Policy
from yuzug.recommender.catalogue.risks import Risk, word_found
from yuzug.recommender.catalogue.yaml_line_numbers import Document, read
from yuzug.texts.bilingual import Phrase
from yuzug.texts.case_and_alphabet import lower

CHECK_CONTACTS_AFTER = 180  # days
LONGEST_HOLD_S = 7  # of the well-known 4-7-8 rhythm
MOST_SHARED = 0.6  # of the words of the shorter one
_WORD = re.compile(r"[^\W\d_]+")


def check(directory: Path, today: date | None = None) -> list[Finding]:
    """Every fault of the catalogue in this folder, and warnings of contacts checked long ago.

    A folder with ``kinds.yaml`` and ``policy.yaml`` of its own stands alone; any other is read
    on top of ours, as ``load_own`` reads it. Our list of risky words holds for all of them.
    ``today`` is the day from which the age of a contact counts.

    Raises:
        CatalogueError: ``catalogue.invalid`` where there is no such folder.
    """
    parts = read_parts(directory, None if stands_alone(directory) else bundled())
    if parts.policy is None:
        return parts.findings
    return [*parts.findings, *_Lint(directory, parts.loaded(), today or date.today()).findings()]


class _Lint:
    """The faults of a catalogue that could be loaded; of ours, which it extends, none."""

    def __init__(self, directory: Path, loaded: Loaded, today: date) -> None:
        self.directory, self.today = directory, today
        self.catalogue = loaded.catalogue
        self.places = loaded.places
        self.own = {a.id: a for a in loaded.catalogue.activities if a.id in loaded.places}
        self.documents: dict[str, Document] = {}
        self.risks = _risks(loaded.catalogue.policy)

    def findings(self) -> Iterator[Finding]:
        """All of them, in the order in which one would mend them."""
        for activity in self.own.values():
            yield from self.not_translated(activity)
            yield from self.never_offered(activity)
            yield from self.risky(activity)
            yield from self.outdoors_at_night(activity)
            yield from self.effort_at_night(activity)
            yield from self.breath_held_long(activity)
        yield from self.evidence_of_one_emotion()
        yield from self.not_named()
        yield from self.names_that_are_none()
        yield from self.moods_of_one_name()
        yield from self.contacts_checked_long_ago()
        yield from self.duplicates()
        yield from self.scarce()

    def not_translated(self, activity: Activity) -> Iterator[Finding]:
        """Steps that say the same in both languages; a title may be one word in both."""
        for number, step in enumerate(activity.steps):
            if step.en == step.tr:
                phrase = Phrase("findings.untranslated")
                yield self.at(activity, ("steps", number, "tr"), phrase)

    def never_offered(self, activity: Activity) -> Iterator[Finding]:
        """No weight that is large enough."""
        least = self.catalogue.policy.fit_at_least
        if max(weight for goals in activity.emotions.values() for weight in goals.values()) < least:
            phrase = Phrase("findings.never_offered", {"least": least})
            yield self.at(activity, ("emotions",), phrase)

        for emotion, goals in activity.emotions.items():
            for goal in goals:
                if self.catalogue.policy.withholds(activity.energy, emotion, goal):
                    phrase = Phrase("findings.withheld", {"energy": activity.energy})
                    yield self.at(activity, ("emotions", emotion.value, goal), phrase)

    def risky(self, activity: Activity) -> Iterator[Finding]:
        """Words, effort or places that ask for a caution, or rule out an emotion."""
        for risk in self.risks:
            todo = _to_do(risk, activity)
            found = _found(risk, activity) if todo else None
            if found is not None:
                path, what = found
                values = {"what": what, "why": risk.why, "todo": todo}
                yield self.at(activity, path, Phrase("findings.risky", values))

    def outdoors_at_night(self, activity: Activity) -> Iterator[Finding]:
        """Activities in the open air that may come at night."""
        if activity.place == "outdoor" and (not activity.times or "night" in activity.times):
            phrase = Phrase("findings.outdoors_at_night")
            yield self.at(activity, ("times",) if activity.times else ("place",), phrase)

    def effort_at_night(self, activity: Activity) -> Iterator[Finding]:
        """Great effort that may come at night, when it keeps people awake and the house too."""
        if activity.energy == "high" and (not activity.times or "night" in activity.times):
            phrase = Phrase("findings.effort_at_night")
            yield self.at(activity, ("times",) if activity.times else ("energy",), phrase)

    def breath_held_long(self, activity: Activity) -> Iterator[Finding]:
        """A breathing pacer that asks for a breath held long enough to bring on panic."""
        held_s = 0 if activity.breath is None else activity.breath.hold_s
        if held_s > LONGEST_HOLD_S:
            phrase = Phrase("findings.breath_held", {"held_s": held_s, "most_s": LONGEST_HOLD_S})
            yield self.at(activity, ("breath", "hold_s"), phrase)

    def evidence_of_one_emotion(self) -> Iterator[Finding]:
        """What was found for one emotion and is shown for others too."""
        for name, kind in self.catalogue.kinds.items():
            if f"kinds.{name}" in self.places:
                file = self.places[f"kinds.{name}"][0]
                for path, phrase in misplaced(kind):
                    at = ("kinds", name, *path)
                    yield Finding(file, self.line(file, at), ".".join(at), phrase)

    def not_named(self) -> Iterator[Finding]:
        """Kinds without an activity, and sources that no kind cites."""
        used = {f"kinds.{activity.kind}" for activity in self.catalogue.activities}
        kinds = self.catalogue.kinds.values()
        cited = {f"sources.{source}" for kind in kinds for _, source in kind.citations}
        cited |= {f"sources.{rule.source}" for rule in self.catalogue.policy.withheld}
        for key, (file, line) in self.places.items():
            if key.startswith("kinds.") and key not in used:
                yield Finding(file, line, key, Phrase("findings.unused_kind"))
            if key.startswith("sources.") and key not in cited:
                yield Finding(file, line, key, Phrase("findings.unused_source"))

    def names_that_are_none(self) -> Iterator[Finding]:
        """Kinds in the policy that are not there."""
        file = "policy.yaml"
        if not (self.directory / file).is_file():
            return
        policy = self.catalogue.policy
        paths: list[tuple[str, ...]] = [("variety", "caps", name) for name in policy.variety.caps]
        for path in paths:
            if path[-1] not in self.catalogue.kinds:
                phrase = Phrase("findings.no_such_kind")
                yield Finding(file, self.line(file, path), ".".join(path), phrase)
        for name in policy.help.kinds:
            if name not in self.catalogue.kinds:
                line = self.line(file, ("help", "kinds"))
                phrase = Phrase("findings.no_kind", {"name": repr(name)})
                yield Finding(file, line, "help.kinds", phrase)
        for name in policy.help.activities:
            if name not in self.catalogue.by_id:
                line = self.line(file, ("help", "activities"))
                phrase = Phrase("findings.no_activity", {"name": repr(name)})
                yield Finding(file, line, "help.activities", phrase)
        for number, rule in enumerate(policy.withheld):
            if rule.source not in self.catalogue.sources:
                line = self.line(file, ("withheld", number, "source"))
                phrase = Phrase("findings.unknown_source", {"name": repr(rule.source)})
                yield Finding(file, line, f"withheld.{number}.source", phrase)

    def moods_of_one_name(self) -> Iterator[Finding]:
        """Moods whose name is that of another mood, so that it can be asked for no more."""
        policy = self.catalogue.policy
        for key, mood in policy.moods.items():
            for lang in LANGUAGES:
                owner = policy.mood_named(mood.name.of(lang))
                if owner != key:
                    path = ("moods", key, "name", lang)
                    file = "policy.yaml" if (self.directory / "policy.yaml").is_file() else "."
                    line = self.line(file, path) if file != "." else 0
                    phrase = Phrase("findings.mood_twice", {"owner": owner})
                    yield Finding(file, line, ".".join(path), phrase)

    def contacts_checked_long_ago(self) -> Iterator[Finding]:
        """Numbers and pages that may have changed since."""
        file = "policy.yaml"
        if not (self.directory / file).is_file():
            return
        for number, contact in enumerate(self.catalogue.policy.help.contacts):
            age = (self.today - contact.verified_on).days
            if age > CHECK_CONTACTS_AFTER:
                path = ("help", "contacts", number, "verified_on")
                phrase = Phrase("findings.checked_long_ago", {"days": age})
                key = ".".join(map(str, path))
                yield Finding(file, self.line(file, path), key, phrase, warning=True)

    def duplicates(self) -> Iterator[Finding]:
        """Two activities with almost the same words."""
        for lang in LANGUAGES:
            words = {a.id: words_of(a, lang) for a in self.catalogue.activities}
            for pair in near_duplicates(words):
                mine = [name for name in (pair.one, pair.other) if name in self.own]
                if not mine:
                    continue
                other = pair.other if mine[0] == pair.one else pair.one
                values = {"share": f"{100 * pair.share:.0f}", "other": other, "language": lang}
                phrase = Phrase("findings.near_duplicate", values)
                yield self.at(self.own[mine[0]], ("steps",), phrase)

    def scarce(self) -> Iterator[Finding]:
        """Emotions, moods and filters with too little choice."""
        for count in [*coverage(self.catalogue), *mood_coverage(self.catalogue)]:
            if count.found < count.least:
                values = {"found": count.found, "least": count.least}
                key = f"{count.name}, {count.filters}"
                yield Finding(".", 0, key, Phrase("findings.scarce", values))

    def at(self, activity: Activity, path: tuple[int | str, ...], phrase: Phrase) -> Finding:
        """A finding at this key of an activity."""
        file, start = self.places[activity.id]
        entries = self.document(file).value
        number = next(n for n, entry in enumerate(entries) if entry.get("id") == activity.id)
        key = ".".join(str(step) for step in (activity.id, *path))
        return Finding(file, max(start, self.line(file, (number, *path))), key, phrase)

    def line(self, file: str, path: tuple[int | str, ...]) -> int:
        """The line of this key in this file."""
        return self.document(file).line(path)

    def document(self, file: str) -> Document:
        """This file, read again for its lines: most catalogues have nothing to point at."""
        if file not in self.documents:
            self.documents[file] = read(self.directory / file)
        return self.documents[file]


def _risks(policy: Policy) -> tuple[Risk, ...]:
    """Ours, whatever a policy of somebody's own leaves out, and those it adds."""
    ours = bundled().policy.risks
    return (*ours, *(risk for risk in policy.risks if risk not in ours))


def _to_do(risk: Risk, activity: Activity) -> Phrase | None:
    """What the activity lacks against this risk; None where it lacks nothing."""
    if not risk.cautions and not risk.not_for:
        return Phrase("findings.leave_out")
    cautions = "" if set(risk.cautions) & set(activity.cautions) else _either(risk.cautions)
    emotions = ", ".join(e.value for e in risk.not_for if e not in activity.not_for)
    if cautions and emotions:
        return Phrase("findings.add_both", {"cautions": cautions, "emotions": emotions})
    if cautions:
        return Phrase("findings.add_cautions", {"cautions": cautions})
    return Phrase("findings.add_not_for", {"emotions": emotions}) if emotions else None


def _either(words: Sequence[str]) -> str | Phrase:
    """The words with "or" between them; empty for none."""
    *before, last = words or [""]
    return Phrase("findings.or", {"one": _either(before), "other": last}) if before else last


def _found(risk: Risk, activity: Activity) -> tuple[tuple[int | str, ...], str | Phrase] | None:
    """Where an activity holds this risk, and in which words; None where it does not."""
    if risk.energies and activity.energy not in risk.energies:
        return None
    if risk.places and activity.place not in risk.places:
        return None
    if risk.words is None:
        if risk.energies:
            return ("energy",), Phrase("findings.risky_energy", {"energy": activity.energy})
        return ("place",), Phrase("findings.risky_place")
    for path, lang, sentence in _sentences(activity):
        word = word_found(risk.words, sentence, lang)
        if word is not None:
            return path, f"“{word}”"
    return None


def _sentences(activity: Activity) -> Iterator[tuple[tuple[int | str, ...], Language, str]]:
    for lang in LANGUAGES:
        yield ("title", lang), lang, activity.title.of(lang)
        for number, step in enumerate(activity.steps):
            yield ("steps", number, lang), lang, step.of(lang)
        for number, counted in enumerate(activity.count or ()):
            yield ("count", number, "what", lang), lang, counted.what.of(lang)
        if activity.prompt is not None:
            yield ("prompt", lang), lang, activity.prompt.of(lang)


class Pair(NamedTuple):
    """Two names, the one with fewer words first, and the share of its words in the other."""

    one: str
    other: str
    share: float


def words_of(activity: Activity, lang: Language) -> frozenset[str]:
    """The words of the title and the steps, in small letters."""
    sentences = [activity.title, *activity.steps]
    return frozenset(_WORD.findall(lower(" ".join(s.of(lang) for s in sentences), lang)))


def near_duplicates(words: dict[str, frozenset[str]]) -> Iterator[Pair]:
    """Pairs of which the shorter one shares more than ``MOST_SHARED`` of its words.

    Who shares that many words also shares one of the rarest: only those are looked up, so the
    work stays far below all pairs.
    """
    where: dict[str, list[str]] = {}
    for name, its_words in words.items():
        for word in its_words:
            where.setdefault(word, []).append(name)
    for name, its_words in words.items():
        rarest = sorted(its_words, key=lambda word: (len(where[word]), word))
        looked_up = rarest[: len(rarest) - math.floor(MOST_SHARED * len(rarest))]
        shared = Counter(other for word in looked_up for other in where[word])
        for other in shared:
            first = (len(words[other]), other) > (len(its_words), name)
            share = len(its_words & words[other]) / len(its_words)
            if first and share > MOST_SHARED:
                yield Pair(name, other, share)
