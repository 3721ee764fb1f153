"""Words that tie an evidence sentence to one emotion.

The sentence of a kind is shown under every mood. What was found for anger alone, or that a feeling
eased, is then shown to somebody who is happy; it belongs under ``for_emotion``.
"""

from __future__ import annotations

from collections.abc import Iterator

from yuzug.emotions import LANGUAGES, Emotion, Language
from yuzug.recommender.catalogue.models import Evidence, Kind
from yuzug.recommender.catalogue.risks import RiskWords, word_found
from yuzug.texts.bilingual import Phrase

NAMED = {
    Emotion.ANGRY: RiskWords(
        en=("anger", "angry", "angri*", "rage", "furious"), tr=("öfke*", "kızgın*", "hiddet*")
    ),
    Emotion.DISGUST: RiskWords(en=("disgust*",), tr=("tiksin*", "iğren*")),
    Emotion.FEAR: RiskWords(
        en=("fear*", "afraid", "anxi*", "panic*", "worr*"),
        tr=("kork*", "kaygı*", "endişe*", "panik*"),
    ),
    Emotion.HAPPY: RiskWords(en=("happy", "happi*", "joy*"), tr=("mutlu*", "sevin*", "neşe*")),
    Emotion.SAD: RiskWords(
        en=("sad", "sadness", "depress*", "grief", "lonel*"),
        tr=("üzgün*", "üzüntü*", "depresif*", "depresyon*", "keder*", "yalnızlık*"),
    ),
    Emotion.SURPRISE: RiskWords(en=("surpris*",), tr=("şaşkın*", "şaşır*")),
    Emotion.CONTEMPT: RiskWords(en=("contempt*", "scorn*"), tr=("küçümse*", "aşağıla*")),
}
EASED = RiskWords(
    en=("ease", "eases", "eased", "sooth*", "calmed", "relieve*", "take the edge off"),
    tr=("hafifle*", "yatış*", "dindir*"),
)


def emotions_named(sentence: str, lang: Language) -> dict[Emotion, str]:
    """The emotions that a sentence speaks of, and the word for each.

    >>> emotions_named("Walking eased anger", "en")
    {<Emotion.ANGRY: 'angry'>: 'anger'}
    """
    found = {emotion: word_found(words, sentence, lang) for emotion, words in NAMED.items()}
    return {emotion: word for emotion, word in found.items() if word is not None}


def misplaced(kind: Kind) -> Iterator[tuple[tuple[str, ...], Phrase]]:
    """The sentences that are shown for a mood of which they say nothing: their path in the kind,
    and what to do."""
    yield from _misplaced(kind, None, ())
    for emotion, evidence in kind.for_emotion.items():
        yield from _misplaced(evidence, emotion, ("for_emotion", emotion.value))


def _misplaced(
    evidence: Evidence, shown_for: Emotion | None, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Phrase]]:
    for lang in LANGUAGES:
        for key, sentence in (("because", evidence.because), ("effect", evidence.effect)):
            for emotion, word in emotions_named(sentence.of(lang), lang).items():
                if emotion is not shown_for:
                    yield (*path, key, lang), _move(word, emotion, shown_for)
        eased = word_found(EASED, evidence.because.of(lang), lang)
        if shown_for is None and eased is not None:
            yield (*path, "because", lang), Phrase("findings.for_happy_moods", {"word": eased})


def _move(word: str, emotion: Emotion, shown_for: Emotion | None) -> Phrase:
    values = {"word": word, "emotion": emotion.value}
    if shown_for is None:
        return Phrase("findings.for_every_mood", values)
    return Phrase("findings.for_another_mood", {**values, "shown_for": shown_for.value})
