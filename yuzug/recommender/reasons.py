"""Why an activity was chosen, in words and in the person's language."""

from __future__ import annotations

from dataclasses import dataclass

from yuzug.emotions import Language
from yuzug.recommender.catalogue.models import Activity, Catalogue, Evidence
from yuzug.recommender.engine import Choice
from yuzug.recommender.filters import Filters
from yuzug.recommender.history import History
from yuzug.recommender.mood import Mood
from yuzug.texts import text
from yuzug.texts.case_and_alphabet import lower, order


@dataclass(frozen=True)
class Request:
    """What activities were asked for, and the catalogue that they come from."""

    mood: Mood
    filters: Filters
    history: History
    catalogue: Catalogue


def why(choice: Choice, request: Request, lang: Language) -> tuple[str, ...]:
    """The reasons, one sentence each: the mood, the circumstances, the evidence, what helped
    and what is a favourite.

    Where the reading is not sure the first sentence says so, and none names an emotion.
    """
    name, history = choice.activity.id, request.history
    return (
        for_mood(choice, request.mood, lang),
        circumstances(choice.activity, request.filters, lang),
        because(choice, request, lang),
        *([text("why.helped", lang)] if name in history.helped else []),
        *([text("why.favourite", lang)] if name in history.favourites else []),
    )


def notes(activity: Activity, lang: Language) -> tuple[str, ...]:
    """What has to be at hand, what it costs, and who should take care, one sentence each."""
    things = (text(f"why.need_{need}", lang) for need in activity.needs)
    needs = ", ".join(sorted(things, key=lambda thing: order(thing, lang)))
    return (
        *([text("why.needs", lang, needs=needs)] if needs else []),
        *([text("why.cost_cheap", lang)] if activity.cost == "cheap" else []),
        *(text(f"why.caution_{caution}", lang) for caution in activity.cautions),
    )


def for_mood(choice: Choice, mood: Mood, lang: Language) -> str:
    """The expression or the mood that the activity answers to, and what it is for."""
    if mood.named is not None:
        named = lower(mood.named.name.of(lang), lang)
        return text("why.named", lang, mood=named, goal=_goal(choice, lang))
    if not mood.sure:
        return text("why.unsure", lang)
    key = "why.mood" if choice.emotion is mood.dominant else "why.mood_partly"
    return text(key, lang, looks=choice.emotion.looks(lang), goal=_goal(choice, lang))


def aim(choice: Choice, lang: Language) -> str:
    """What the activity is for, without a word on an expression."""
    return text("why.aim", lang, goal=_goal(choice, lang))


def _goal(choice: Choice, lang: Language) -> str:
    if choice.goal == "match":  # to stay with a mood is something else for each of them
        return text(f"why.goal_match_{choice.emotion.value}", lang)
    return text(f"why.goal_{choice.goal}", lang)


def circumstances(activity: Activity, filters: Filters, lang: Language) -> str:
    """How long, where and with whom: "10 minutes, indoors, on your own"."""
    place, company = place_of(activity, filters), company_of(activity, filters)
    parts = [text("why.minutes", lang, minutes=activity.minutes)]
    parts += [text(f"why.place_{place}", lang)] if place != "any" else []
    parts += [text(f"why.company_{company}", lang)] if company != "any" else []
    parts += [text(f"why.energy_{activity.energy}", lang)]
    return ", ".join(parts)


def place_of(activity: Activity, filters: Filters) -> str:
    """Where it is done: where the person is, if the activity leaves that open."""
    return (filters.place if activity.place == "any" else None) or activity.place


def company_of(activity: Activity, filters: Filters) -> str:
    """With whom it is done: as the person wants it, if the activity leaves that open."""
    return (filters.company if activity.company == "any" else None) or activity.company


def because(choice: Choice, request: Request, lang: Language) -> str:
    """What is known of activities of this kind in this mood, with the publications in short."""
    known, sources = _known(choice, request), request.catalogue.sources
    findings = "; ".join(one.because.of(lang) for one in known)
    cited = "; ".join(dict.fromkeys(sources[name].short for one in known for name in one.sources))
    return text("why.because", lang, because=findings, sources=cited)


def evidence(choice: Choice, request: Request, lang: Language) -> str:
    """The publications behind that in full, and what they found."""
    known, sources = _known(choice, request), request.catalogue.sources
    effect = "; ".join(one.effect.of(lang) for one in known)
    cited = "; ".join(dict.fromkeys(sources[name].full for one in known for name in one.sources))
    return text("why.evidence", lang, sources=cited, effect=effect)


def _known(choice: Choice, request: Request) -> tuple[Evidence, ...]:
    """The evidence for the kind, then what it says of the mood's main emotion, if that is sure."""
    kind, mood = request.catalogue.kinds[choice.activity.kind], request.mood
    more = kind.for_emotion.get(mood.dominant) if mood.sure else None
    return (kind,) if more is None else (kind, more)
