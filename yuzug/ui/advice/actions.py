"""Handlers of the advice area: name a mood, filter, and act on activity cards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from yuzug.emotions import Emotion, Language
from yuzug.recommender.catalogue.models import Activity
from yuzug.recommender.catalogue.policy import HelpSource
from yuzug.texts import text
from yuzug.ui.advice.activity_card import RATINGS
from yuzug.ui.advice.filters import filters_of
from yuzug.ui.advice.library import changed
from yuzug.ui.advice.state import AdviceState, Card, Mood, named_mood, rated
from yuzug.ui.journal.entries import SAME_MOMENT, ActivityEntry, MoodEntry, now

_EMOTIONS = frozenset(emotion.value for emotion in Emotion)


def remember_mood(state: AdviceState, mood: Mood, instead: bool = False) -> None:
    """Add a mood to the visit's history; with ``instead`` it replaces this tab's last one."""
    source: HelpSource = "named" if mood.source == "chosen" else "expressions"
    replaced = state.added if instead else None
    state.added = state.memory.add_reading(mood.shares, mood.sure, source, replaced)
    main = mood.main_emotion
    if mood.sure and main in _EMOTIONS:
        named = None if main == mood.emotion else mood.emotion
        entry = MoodEntry(at=now(), emotion=Emotion(main), mood=named, source=mood.source)
        state.memory.note(entry)


def advise_on(state: AdviceState, mood: Mood | None, instead: bool = False) -> None:
    """Add a mood to the history and suggest activities for it; None clears the area."""
    if mood is not None:
        remember_mood(state, mood, instead)
    if mood is None or mood.source == "reading":
        state.follow(mood)
    else:
        state.follow(state.read, mood)


def advise_again(state: AdviceState, mood: Mood | None) -> None:
    """Update the mood after another model read the same face; what the person named stays."""
    if mood is not None and state.named is None and not state.same(mood):
        remember_mood(state, mood, instead=True)
    state.read_again(mood)


def restore_advice(state: AdviceState, mood: Mood | None, emotion: str | None) -> None:
    """Suggest for a face again as before the server forgot the visit; the journal has it already.

    ``emotion`` is the expression that the person named instead of the one that was read.
    """
    named = named_mood(emotion, "corrected") if mood and emotion in _EMOTIONS else None
    if mood is not None:
        given = named or mood
        state.added = state.memory.add_reading(given.shares, given.sure, "expressions")
    state.follow(mood, named)


def act(values: Mapping[str, Any], state: AdviceState, lang: Language) -> str:
    """Handle a press, and return what a screen reader announces; empty where nothing changed.

    What the page does not offer is not done.
    """
    name, mood = str(values.get("act")), str(values.get("mood"))
    if name == "choose" and mood in state.memory.catalogue.policy.offered_moods:
        return _name_mood(state, mood, chosen=True, lang=lang)
    if name == "correct" and mood in _EMOTIONS:
        return _name_mood(state, mood, chosen=False, lang=lang)
    card = state.card(values.get("id"))
    if name in _ANSWERS and card is not None:
        return _ANSWERS[name](state, card, values, lang)
    activity = state.memory.catalogue.by_id.get(str(values.get("id")))
    if name in _OF_ANY and activity is not None:
        return _OF_ANY[name](state, activity, values, lang)
    if name == "back" and state.read is not None:
        advise_on(state, state.read, instead=True)
    elif name == "filter":
        state.memory.filters = filters_of(values.get("filters"))
        state.filter()
    elif name == "again":
        state.again()
    elif name == "restore":
        return _restore(state, lang)
    elif name == "browse":
        state.library = changed(state.library, values)
        return ""
    else:
        return ""
    return _ideas(state, lang)


def _name_mood(state: AdviceState, name: str, chosen: bool, lang: Language) -> str:
    same = state.named is not None and state.named.emotion == name
    at = state.chosen_at
    later = chosen and at is not None and now() - at >= SAME_MOMENT
    if same and not later:  # a mood that is chosen later counts once more, a correction does not
        return ""
    corrected = not chosen and state.read is not None
    state.chosen_at = now() if chosen else None
    policy = state.memory.catalogue.policy
    named = named_mood(name, "chosen" if chosen else "corrected", policy)
    advise_on(state, named, instead=corrected)
    return _ideas(state, lang)


def _did(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    title = card.suggestion.in_language(lang).title
    if card.done_at is not None:
        state.memory.undo(ActivityEntry(at=card.done_at, id=card.id))
        state.update(replace(card, done_at=None, ratings={}))
        return text("advice.said_undone", lang, title=title)
    _record(state, replace(card, done_at=now()))
    return text("advice.said_done", lang, title=title)


def _rate(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    when, rating = values.get("when"), values.get("rating")
    if card.done_at is None or when not in ("before", "after"):
        return ""
    if _is_rating(rating):
        _record(state, rated(card, when, rating))
    return ""


def _open(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    """Record that the player was opened, or closed before its end."""
    state.update(replace(card, opened=values.get("act") == "open"))
    return ""


def _finish(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    """Record a finished activity, with the ratings before and after where there are any."""
    card = replace(card, opened=False, done_at=now(), ratings={})  # done again: another entry
    for when in ("before", "after"):
        if _is_rating(values.get(when)):
            card = rated(card, when, values[when])
    _record(state, card)
    return text("advice.said_done", lang, title=card.suggestion.in_language(lang).title)


def _finish_other(
    state: AdviceState, activity: Activity, values: Mapping[str, Any], lang: Language
) -> str:
    """The same for an activity that stands on no card."""
    ratings = {when: values[when] for when in ("before", "after") if _is_rating(values.get(when))}
    _learn(state, activity.id, ratings)
    state.memory.do(ActivityEntry(at=now(), id=activity.id, **ratings))
    return text("advice.said_done", lang, title=activity.title.of(lang))


def _favourite(
    state: AdviceState, activity: Activity, values: Mapping[str, Any], lang: Language
) -> str:
    outcome = "favoured" if state.memory.favour(activity.id) else "unfavoured"
    return text(f"advice.said_{outcome}", lang, title=activity.title.of(lang))


def _bring_back(
    state: AdviceState, activity: Activity, values: Mapping[str, Any], lang: Language
) -> str:
    if activity.id not in state.memory.rejected:
        return ""
    state.memory.restore(activity.id)
    if state.removed is not None and state.removed[0].id == activity.id:
        state.removed = None
    return text("advice.said_restored", lang, title=activity.title.of(lang))


def _is_rating(rating: object) -> TypeGuard[int]:
    return type(rating) is int and rating in RATINGS


def _helpful(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    state.memory.help(card.id, helped=not card.helpful)
    state.update(replace(card, helpful=not card.helpful))
    return "" if card.helpful else text("advice.said_helpful", lang)


def _reject(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    state.memory.reject(card.id)
    place = state.cards.index(card)
    announcement = _another(state, card, values, lang)
    state.removed = (card, place)
    return announcement


def _restore(state: AdviceState, lang: Language) -> str:
    if state.removed is None:
        return ""
    card, place = state.removed
    state.memory.restore(card.id)
    if card.helpful:
        state.memory.help(card.id, helped=True)
    state.put_back(card, place)
    return text("advice.said_restored", lang, title=card.suggestion.in_language(lang).title)


def _another(state: AdviceState, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    instead = state.replace(card)
    if instead is None:
        return text("advice.said_gone", lang)
    return text("advice.said_replaced", lang, title=instead.suggestion.in_language(lang).title)


_OF_ANY: dict[str, Callable[[AdviceState, Activity, Mapping[str, Any], Language], str]] = {
    "favourite": _favourite,
    "bring_back": _bring_back,
    "finish": _finish_other,
}

_ANSWERS: dict[str, Callable[[AdviceState, Card, Mapping[str, Any], Language], str]] = {
    "did": _did,
    "rate": _rate,
    "open": _open,
    "close": _open,
    "finish": _finish,
    "helpful": _helpful,
    "reject": _reject,
    "another": _another,
}


def _record(state: AdviceState, card: Card) -> None:
    """Note what was done; whether it helped is learnt from how it was before and after."""
    if _learn(state, card.id, card.ratings):
        card = replace(card, helpful=card.id in state.memory.helped)
    state.update(card)
    state.memory.do(ActivityEntry(at=card.done_at or now(), id=card.id, **card.ratings))


def _learn(state: AdviceState, name: str, ratings: Mapping[str, int]) -> bool:
    """Note whether it helped, where it was rated before and after; tells whether it was rated."""
    before, after = ratings.get("before"), ratings.get("after")
    if before is None or after is None:
        return False
    # No change says nothing of what the person marked.
    if after != before and (after > before) != (name in state.memory.helped):
        state.memory.help(name, after > before)
    return True


def _ideas(state: AdviceState, lang: Language) -> str:
    titles = "; ".join(card.suggestion.in_language(lang).title for card in state.cards)
    return text("advice.said_ideas", lang, titles=titles) if titles else ""
