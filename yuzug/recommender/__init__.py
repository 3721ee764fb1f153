"""What to do next: activities that fit a mood and a wish, each with its reasons.

YAML (recommendations/) → load → catalogue → index → engine → reasons → suggestions
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from yuzug.emotions import LANGUAGES, Language
from yuzug.recommender.asked import ids_of, mood_asked, one_of, some_of, whole
from yuzug.recommender.catalogue import vocabulary as words
from yuzug.recommender.catalogue.faults import Finding, invalid
from yuzug.recommender.catalogue.lint import check
from yuzug.recommender.catalogue.load import Loaded, bundled, load, load_own
from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.engine import choose
from yuzug.recommender.filters import Wish
from yuzug.recommender.history import History
from yuzug.recommender.suggestions import Suggestion, suggestion
from yuzug.recommender.support import (
    Contact,
    Help,
    Reading,
    help_offer,
    needs_help,
    question,
    source_of_streak,
)

__all__ = [
    "Advice",
    "Catalogue",
    "Contact",
    "Finding",
    "Help",
    "Loaded",
    "Suggestion",
    "advise",
    "bundled",
    "check",
    "help_offer",
    "load",
    "load_own",
    "needs_help",
    "question",
    "recommend",
    "source_of_streak",
]


def recommend(
    emotion: str | Mapping[str, float],
    *,
    lang: Language = "en",
    minutes: int | None = None,
    energy: str | None = None,
    place: str | None = None,
    company: str | None = None,
    goal: str | None = None,
    cost: str | None = None,
    equipment: Collection[str] | None = None,
    time: str | None = None,
    accessible: Collection[str] = (),
    cautions: Collection[str] = (),
    count: int = 3,
    seed: int = 0,
    catalogue: Catalogue | str | PathLike[str] | None = None,
    recent: Sequence[str] = (),
    rejected: Sequence[str] = (),
    helped: Sequence[str] = (),
    did: Sequence[str] = (),
    sure: bool = True,
    people_first: bool = False,
) -> list[Suggestion]:
    """Activities for an emotion, or for a whole distribution over emotions, best first.

    What the person says excludes strictly: at most ``minutes`` and ``cost``, exactly this
    ``energy``, ``place``, ``company``, ``goal`` and ``time`` of day, nothing that needs more than
    the ``equipment`` at hand, only what is ``accessible`` in each of these ways, nothing with one
    of these ``cautions``. So fewer than ``count`` may come, or none; the words stand in
    ``recommend.vocabulary``.

    The history is four lists of ids: of those suggested (``recent``, oldest first) the last 20 do
    not come again; ``rejected`` never come; ``helped`` come back sooner, and a little more of
    what the person ``did``.

    With ``sure=False`` the ideas are gentle and neutral and say so (``question`` is what to ask
    then). With ``people_first``, which is for readings that ``needs_help``, the first idea
    leads to other people, where the wish leaves any such. A folder given as ``catalogue`` extends
    ours. In a distribution, a label that is no emotion counts as neutral (see ``mood.mood_of``).

    >>> [first] = recommend("sad", minutes=10, place="indoor", equipment=["paper"], count=1)
    >>> first.minutes <= 10 and first.place in ("indoor", "any")
    True

    Raises:
        OptionError: ``emotion.unknown`` for a name that is no emotion, ``option.invalid`` for an
            option that cannot be.
        CatalogueError: ``catalogue.invalid`` for a folder with a fault; ``load_own`` leaves the
            fault out instead and names it.
    """
    some_of("lang", [lang], LANGUAGES)
    wish = Wish(
        minutes=None if minutes is None else whole("minutes", minutes, 1),
        energy=one_of("energy", energy, words.ENERGIES),
        place=one_of("place", place, words.PLACES),
        company=one_of("company", company, words.COMPANIES),
        goal=one_of("goal", goal, words.GOALS),
        cost=one_of("cost", cost, words.COSTS),
        equipment=None if equipment is None else some_of("equipment", equipment, words.NEEDS),
        time=one_of("time", time, words.TIMES),
        accessible=some_of("accessible", accessible, words.ACCESSES),
        cautions=some_of("cautions", cautions, words.CAUTIONS),
    )
    history = History(
        recent=ids_of("recent", recent),
        rejected=ids_of("rejected", rejected),
        helped=ids_of("helped", helped),
        did=ids_of("did", did),
    )
    entire = _catalogue(catalogue)
    mood = mood_asked(emotion, entire.policy, sure)
    choices = choose(
        entire,
        mood,
        wish,
        count=whole("count", count, 1),
        seed=whole("seed", seed, None),
        history=history,
        people_first=people_first,
    )
    return [suggestion(choice, entire, lang, mood, wish, history) for choice in choices]


@dataclass(frozen=True)
class Advice:
    """What to do next: the activities, and what comes before them where something does.

    ``ask`` is the question to put to the person where the reading is not sure; ``help`` is what
    is offered first after readings that need it.
    """

    suggestions: tuple[Suggestion, ...]
    ask: str | None = None
    help: Help | None = None


def advise(
    emotion: str | Mapping[str, float],
    *,
    before: Sequence[Reading] = (),
    lang: Language = "en",
    catalogue: Catalogue | str | PathLike[str] | None = None,
    sure: bool = True,
    **wish: Any,
) -> Advice:
    """The activities of :func:`recommend`, with a question or an offer of help where one is due.

    ``before`` are the readings before this one, the oldest first; ``wish`` is whatever else
    ``recommend`` takes.

    >>> advise("sad", before=["fear", "sad"], minutes=30).suggestions[0].kind
    'social'

    Raises:
        YuzugError: as ``recommend`` does.
    """
    entire = _catalogue(catalogue)
    mood = mood_asked(emotion, entire.policy, sure)
    needed = needs_help([*before, mood], entire.policy)
    suggestions = recommend(
        emotion, lang=lang, catalogue=entire, sure=sure, people_first=needed, **wish
    )
    return Advice(
        suggestions=tuple(suggestions),
        ask=None if mood.sure else question(lang, entire.policy),
        help=help_offer(lang, entire.policy) if needed else None,
    )


def _catalogue(given: Catalogue | str | PathLike[str] | None) -> Catalogue:
    if given is None:
        return bundled()
    if isinstance(given, Catalogue):
        return given
    loaded = load_own(Path(given))
    for finding in loaded.findings:
        raise invalid(finding)
    return loaded.catalogue
