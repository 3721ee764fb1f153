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
from yuzug.ui.advice.board import Board, Card, Mood, named_mood, rated
from yuzug.ui.advice.filters import filters_of
from yuzug.ui.advice.library import changed
from yuzug.ui.journal.entries import ActivityEntry, MoodEntry, now

_EMOTIONS = frozenset(emotion.value for emotion in Emotion)


def remember_mood(board: Board, mood: Mood, instead: bool = False) -> None:
    """Add a mood to the visit's history; with ``instead`` it replaces the last one."""
    source: HelpSource = "named" if mood.source == "chosen" else "expressions"
    board.memory.add_reading(mood.shares, mood.sure, source, instead)
    main = mood.main_emotion
    if mood.sure and main in _EMOTIONS:
        named = None if main == mood.emotion else mood.emotion
        entry = MoodEntry(at=now(), emotion=Emotion(main), mood=named, source=mood.source)
        board.memory.note(entry)


def advise_on(board: Board, mood: Mood | None, instead: bool = False) -> None:
    """Add a mood to the history and suggest activities for it; None clears the area."""
    if mood is not None:
        remember_mood(board, mood, instead)
    if mood is None or mood.source == "reading":
        board.follow(mood)
    else:
        board.follow(board.read, mood)


def advise_again(board: Board, mood: Mood | None) -> None:
    """Update the mood after another model read the same face; what the person named stays."""
    if mood is not None and board.named is None and not board.same(mood):
        remember_mood(board, mood, instead=True)
    board.read_again(mood)


def act(values: Mapping[str, Any], board: Board, lang: Language) -> str:
    """Handle a press, and return what a screen reader announces; empty where nothing changed.

    What the page does not offer is not done.
    """
    name, mood = str(values.get("act")), str(values.get("mood"))
    if name == "choose" and mood in board.memory.catalogue.policy.offered_moods:
        return _name_mood(board, mood, chosen=True, lang=lang)
    if name == "correct" and mood in _EMOTIONS:
        return _name_mood(board, mood, chosen=False, lang=lang)
    card = board.card(values.get("id"))
    if name in _ANSWERS and card is not None:
        return _ANSWERS[name](board, card, values, lang)
    activity = board.memory.catalogue.by_id.get(str(values.get("id")))
    if name in _OF_ANY and activity is not None:
        return _OF_ANY[name](board, activity, values, lang)
    if name == "back" and board.read is not None:
        advise_on(board, board.read, instead=True)
    elif name == "filter":
        board.memory.filters = filters_of(values.get("filters"))
        board.filter()
    elif name == "again":
        board.again()
    elif name == "restore":
        return _restore(board, lang)
    elif name == "browse":
        board.library = changed(board.library, values)
        return ""
    else:
        return ""
    return _ideas(board, lang)


def _name_mood(board: Board, name: str, chosen: bool, lang: Language) -> str:
    if board.named is not None and board.named.emotion == name:
        return ""
    corrected = not chosen and board.read is not None
    policy = board.memory.catalogue.policy
    named = named_mood(name, "chosen" if chosen else "corrected", policy)
    advise_on(board, named, instead=corrected)
    return _ideas(board, lang)


def _did(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    title = card.suggestion.in_language(lang).title
    if card.done_at is not None:
        board.memory.undo(ActivityEntry(at=card.done_at, id=card.id))
        board.update(replace(card, done_at=None, ratings={}))
        return text("advice.said_undone", lang, title=title)
    _record(board, replace(card, done_at=now()))
    return text("advice.said_done", lang, title=title)


def _rate(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    when, rating = values.get("when"), values.get("rating")
    if card.done_at is None or when not in ("before", "after"):
        return ""
    if _is_rating(rating):
        _record(board, rated(card, when, rating))
    return ""


def _open(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    """Record that the player was opened, or closed before its end."""
    board.update(replace(card, opened=values.get("act") == "open"))
    return ""


def _finish(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    """Record a finished activity, with the ratings before and after where there are any."""
    card = replace(card, opened=False, done_at=card.done_at or now())
    for when in ("before", "after"):
        if _is_rating(values.get(when)):
            card = rated(card, when, values[when])
    _record(board, card)
    return text("advice.said_done", lang, title=card.suggestion.in_language(lang).title)


def _finish_other(
    board: Board, activity: Activity, values: Mapping[str, Any], lang: Language
) -> str:
    """The same for an activity that stands on no card."""
    ratings = {when: values[when] for when in ("before", "after") if _is_rating(values.get(when))}
    _learn(board, activity.id, ratings)
    board.memory.do(ActivityEntry(at=now(), id=activity.id, **ratings))
    return text("advice.said_done", lang, title=activity.title.of(lang))


def _favourite(board: Board, activity: Activity, values: Mapping[str, Any], lang: Language) -> str:
    outcome = "favoured" if board.memory.favour(activity.id) else "unfavoured"
    return text(f"advice.said_{outcome}", lang, title=activity.title.of(lang))


def _bring_back(board: Board, activity: Activity, values: Mapping[str, Any], lang: Language) -> str:
    if activity.id not in board.memory.rejected:
        return ""
    board.memory.restore(activity.id)
    if board.removed is not None and board.removed[0].id == activity.id:
        board.removed = None
    return text("advice.said_restored", lang, title=activity.title.of(lang))


def _is_rating(rating: object) -> TypeGuard[int]:
    return type(rating) is int and rating in RATINGS


def _helpful(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    board.memory.help(card.id, helped=not card.helpful)
    board.update(replace(card, helpful=not card.helpful))
    return "" if card.helpful else text("advice.said_helpful", lang)


def _reject(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    board.memory.reject(card.id)
    place = board.cards.index(card)
    announcement = _another(board, card, values, lang)
    board.removed = (card, place)
    return announcement


def _restore(board: Board, lang: Language) -> str:
    if board.removed is None:
        return ""
    card, place = board.removed
    board.memory.restore(card.id)
    board.put_back(card, place)
    return text("advice.said_restored", lang, title=card.suggestion.in_language(lang).title)


def _another(board: Board, card: Card, values: Mapping[str, Any], lang: Language) -> str:
    instead = board.replace(card)
    if instead is None:
        return text("advice.said_gone", lang)
    return text("advice.said_replaced", lang, title=instead.suggestion.in_language(lang).title)


_OF_ANY: dict[str, Callable[[Board, Activity, Mapping[str, Any], Language], str]] = {
    "favourite": _favourite,
    "bring_back": _bring_back,
    "finish": _finish_other,
}

_ANSWERS: dict[str, Callable[[Board, Card, Mapping[str, Any], Language], str]] = {
    "did": _did,
    "rate": _rate,
    "open": _open,
    "close": _open,
    "finish": _finish,
    "helpful": _helpful,
    "reject": _reject,
    "another": _another,
}


def _record(board: Board, card: Card) -> None:
    """Note what was done; whether it helped is learnt from how it was before and after."""
    if _learn(board, card.id, card.ratings):
        card = replace(card, helpful=card.id in board.memory.helped)
    board.update(card)
    board.memory.do(ActivityEntry(at=card.done_at or now(), id=card.id, **card.ratings))


def _learn(board: Board, name: str, ratings: Mapping[str, int]) -> bool:
    """Note whether it helped, where it was rated before and after; tells whether it was rated."""
    before, after = ratings.get("before"), ratings.get("after")
    if before is None or after is None:
        return False
    if (after > before) != (name in board.memory.helped):
        board.memory.help(name, after > before)
    return True


def _ideas(board: Board, lang: Language) -> str:
    titles = "; ".join(card.suggestion.in_language(lang).title for card in board.cards)
    return text("advice.said_ideas", lang, titles=titles) if titles else ""
