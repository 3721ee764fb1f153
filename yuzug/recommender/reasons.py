"""Why an activity was chosen, in words and in the person's language."""

from __future__ import annotations

from yuzug.emotions import Language
from yuzug.recommender.catalogue.models import Activity, Catalogue
from yuzug.recommender.engine import Choice
from yuzug.recommender.filters import Wish
from yuzug.recommender.history import History
from yuzug.recommender.mood import Mood
from yuzug.texts import text
from yuzug.texts.letters import order


def why(
    choice: Choice,
    mood: Mood,
    wish: Wish,
    history: History,
    catalogue: Catalogue,
    lang: Language,
) -> tuple[str, ...]:
    """The reasons, one sentence each: the mood, the circumstances, the evidence, what helped.

    Where the reading is not sure the first sentence says so, and none names an emotion.
    """
    helped = choice.activity.id in history.helped
    return (
        answer(choice, mood, lang),
        circumstances(choice, wish, lang),
        because(choice, catalogue, lang),
        *([text("why.helped", lang)] if helped else []),
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


def answer(choice: Choice, mood: Mood, lang: Language) -> str:
    """What in the mood the activity answers to, and what it is for."""
    if not mood.sure:
        return text("why.unsure", lang)
    key = "why.mood" if choice.emotion is mood.dominant else "why.mood_partly"
    # To stay with a feeling means something else for each of them.
    which = f"match_{choice.emotion.value}" if choice.goal == "match" else choice.goal
    goal = text(f"why.goal_{which}", lang)
    return text(key, lang, looks=choice.emotion.looks(lang), goal=goal)


def circumstances(choice: Choice, wish: Wish, lang: Language) -> str:
    """How long, where and with whom: "10 minutes, indoors, on your own"."""
    activity = choice.activity
    place, company = place_of(activity, wish), company_of(activity, wish)
    parts = [text("why.minutes", lang, minutes=activity.minutes)]
    parts += [text(f"why.place_{place}", lang)] if place != "any" else []
    parts += [text(f"why.company_{company}", lang)] if company != "any" else []
    parts += [text(f"why.energy_{activity.energy}", lang)]
    return ", ".join(parts)


def place_of(activity: Activity, wish: Wish) -> str:
    """Where it is done: where the person is, if the activity leaves that open."""
    return (wish.place if activity.place == "any" else None) or activity.place


def company_of(activity: Activity, wish: Wish) -> str:
    """With whom it is done: as the person wants it, if the activity leaves that open."""
    return (wish.company if activity.company == "any" else None) or activity.company


def because(choice: Choice, catalogue: Catalogue, lang: Language) -> str:
    """What is known of activities of this kind, with the publications in short."""
    kind = catalogue.kinds[choice.activity.kind]
    sources = "; ".join(catalogue.sources[source].short for source in kind.sources)
    return text("why.because", lang, because=kind.because.of(lang), sources=sources)


def evidence(choice: Choice, catalogue: Catalogue, lang: Language) -> str:
    """The publications behind this kind of activity in full, and what they found."""
    kind = catalogue.kinds[choice.activity.kind]
    sources = "; ".join(catalogue.sources[source].full for source in kind.sources)
    return text("why.evidence", lang, sources=sources, effect=kind.effect.of(lang))
