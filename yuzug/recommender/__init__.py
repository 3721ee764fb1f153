"""What to do next: activities that fit a mood and some filters, each with its reasons.

YAML (recommendations/) → load → catalogue → index → engine → reasons → suggestions
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.faults import Finding, invalid
from yuzug.recommender.catalogue.lint import check
from yuzug.recommender.catalogue.load import Loaded, bundled, load, load_own
from yuzug.recommender.catalogue.models import Catalogue
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.recommender.catalogue.vocabulary import Time
from yuzug.recommender.engine import choose
from yuzug.recommender.filters import Filters, checked, filter_names, read_filters
from yuzug.recommender.help_by_people import (
    Contact,
    Help,
    Reading,
    help_offer,
    needs_help,
    question,
    source_of_streak,
)
from yuzug.recommender.history import History
from yuzug.recommender.mood import Mood, asked_mood
from yuzug.recommender.reasons import Request
from yuzug.recommender.search import search
from yuzug.recommender.suggestions import Suggestion

__all__ = [
    "Advice",
    "Catalogue",
    "Contact",
    "Filters",
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
    "search",
    "source_of_streak",
]


class _Source(BaseModel):
    source: HelpSource


class _Options(BaseModel):
    lang: Language
    count: Annotated[int, Field(ge=1, strict=True)]
    seed: Annotated[int, Field(strict=True)]


def recommend(
    emotion: str | Mapping[str, float] | None = None,
    filters: Filters | None = None,
    *,
    mood: str | None = None,
    lang: Language = "en",
    count: int = 3,
    seed: int = 0,
    catalogue: Catalogue | str | PathLike[str] | None = None,
    recent: Sequence[str] = (),
    rejected: Sequence[str] = (),
    helped: Sequence[str] = (),
    did: Sequence[str] = (),
    favourites: Sequence[str] = (),
    sure: bool = True,
    people_first: bool = False,
    not_for: Collection[Emotion] = (),
    **more_filters: Any,
) -> list[Suggestion]:
    """Choose activities for an emotion, a distribution over emotions, or a mood, best first.

    Filters exclude strictly, so fewer than ``count`` may come, or none.

    Args:
        emotion: the name of an emotion, or probabilities by name; a label that is no emotion
            counts as neutral (see ``mood.mood_of``).
        mood: instead of an emotion, a mood that a person names, such as "lonely": a key of
            ``moods`` in ``policy.yaml`` or its name in either language.
        filters: what the person asks for.
        lang: the language of the sentences; ``Suggestion.in_language`` changes it later.
        count: how many activities, at least 1.
        seed: the same number gives the same answer.
        catalogue: a catalogue, or a folder that extends ours.
        recent: ids suggested before, the oldest first; the last 20 do not come again.
        rejected: ids turned down; these never come.
        helped: ids found helpful; these come back sooner.
        did: ids done before; a little more comes of their kinds.
        favourites: ids that the person marked; these come a little sooner, and say so.
        sure: False where the expression is not clear; then the ideas are gentle, neutral and
            short, and say so (``question`` is what to ask then).
        people_first: for readings that ``needs_help``: the first idea leads to other people,
            whatever company, goal and energy the filters ask for, and nothing comes that is not
            for low people.
        not_for: what is not for one of these emotions is left out.
        more_filters: single fields of :class:`Filters`, over those of ``filters``.

    >>> [first] = recommend("sad", minutes=10, place="indoor", equipment=["paper"], count=1)
    >>> first.minutes <= 10 and first.place in ("indoor", "any")
    True
    >>> recommend("sad", Filters(minutes=10), lang="tr")[0].in_language("en").minutes <= 10
    True
    >>> recommend(mood="overwhelmed")[0].minutes <= 10
    True

    Raises:
        OptionError: ``emotion.unknown`` for a name that is no emotion or mood, ``option.invalid``
            for an option that cannot be.
        CatalogueError: ``catalogue.invalid`` for a folder with a fault; ``load_own`` leaves the
            fault out instead and names it.
    """
    options = checked(_Options, {"lang": lang, "count": count, "seed": seed})
    ids = {"recent": recent, "rejected": rejected, "helped": helped, "did": did}
    history = checked(History, {**ids, "favourites": favourites})
    filters = read_filters(more_filters, filters)
    entire = _catalogue(catalogue)
    asked = asked_mood(emotion, mood, entire.policy, sure)
    request = Request(asked, filters, history, entire)
    choices = choose(
        entire,
        request.mood,
        filters,
        count=options.count,
        seed=options.seed,
        history=history,
        people_first=people_first,
        not_for=not_for,
    )
    return [Suggestion(choice, options.lang, request) for choice in choices]


@dataclass(frozen=True)
class Advice:
    """What to do next: the activities, and what comes before them where something does.

    ``mood`` is what they are for; ``ask`` is the question to put to the person where the reading is
    not sure; ``help`` is what is offered first after readings that need it; ``time_of_day`` is the
    one that was asked for.
    """

    mood: Mood
    suggestions: tuple[Suggestion, ...]
    ask: str | None = None
    help: Help | None = None
    time_of_day: Time | None = None


def advise(
    emotion: str | Mapping[str, float] | None = None,
    filters: Filters | None = None,
    *,
    mood: str | None = None,
    before: Sequence[Reading] = (),
    source: HelpSource | None = None,
    lang: Language = "en",
    catalogue: Catalogue | str | PathLike[str] | None = None,
    sure: bool = True,
    **options: Any,
) -> Advice:
    """Choose activities, with a question or an offer of help where one is due.

    Args:
        emotion: as for :func:`recommend`, like everything that is not listed here.
        filters: what the person asks for.
        mood: as for :func:`recommend`.
        before: the readings and moods before this one, the oldest first.
        source: where the readings came from: faces, moods that the person named, or a journal;
            without it, a mood says that they were named, and an emotion that they came from faces.
        lang: the language of the sentences.
        catalogue: a catalogue, or a folder that extends ours.
        sure: False where the expression is not clear.
        options: whatever else :func:`recommend` takes.

    >>> advise("sad", before=["fear", "sad"], minutes=30).suggestions[0].kind
    'social'

    Raises:
        YuzugError: as ``recommend`` does.
    """
    source = source or ("expressions" if mood is None else "named")
    checked(_Source, {"source": source})
    filters = read_filters({n: options.pop(n) for n in [*options] if n in filter_names()}, filters)
    entire = _catalogue(catalogue)
    asked = asked_mood(emotion, mood, entire.policy, sure)
    needed = needs_help([*before, asked], entire.policy)
    suggestions = recommend(
        emotion,
        filters,
        mood=mood,
        lang=lang,
        catalogue=entire,
        sure=sure,
        people_first=needed,
        **options,
    )
    return Advice(
        mood=asked,
        suggestions=tuple(suggestions),
        ask=None if asked.sure else question(lang, entire.policy),
        help=help_offer(lang, entire.policy, source) if needed else None,
        time_of_day=filters.time_of_day,
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
