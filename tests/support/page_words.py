"""The words of a page, and which of them only one language has."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from yuzug.emotions import Emotion, Language
from yuzug.recommender import bundled
from yuzug.texts import table

# Everything that a person could read or hear, hidden parts included.
_ALL_WORDS = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode())
    if (!walk.currentNode.parentElement.closest("script, style")) said.push(walk.currentNode.data);
  for (const name of ["aria-label", "alt", "title", "placeholder"])
    for (const element of document.body.querySelectorAll(`[${name}]`))
      said.push(element.getAttribute(name));
  return said.join("\\n");
}"""


def words_of(lang: Language) -> set[str]:
    """What only this language says: whole pieces of its sentences, emotions, activities."""
    other: Language = "en" if lang == "tr" else "tr"
    pieces = {
        piece.strip(" .:;,()%#\n")
        for key, pair in table().items()
        if key.startswith(
            ("ui.", "errors.", "why.", "explain.", "closer.", "advice.", "journal.", "teach.")
        )
        and pair[lang] != pair[other]
        for piece in re.split(r"\{\w+\}|\n", pair[lang])
    }
    pieces |= {emotion.looks(lang) for emotion in Emotion}
    pieces |= {activity.title.of(lang) for activity in bundled().activities}
    shared = " ".join(pair[other] for pair in table().values())
    shared += " ".join(source.full for source in bundled().sources.values())
    shared += " ".join(emotion.looks(other) for emotion in Emotion)
    return {one for one in pieces if len(one) > 3 and not _contains(shared, one)}


def _contains(page_text: str, piece: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", page_text) is not None


def no_word_of(page: Page, lang: Language) -> None:
    """Fail where the page has a word of this language, hidden parts included."""
    said = page.evaluate(_ALL_WORDS)
    assert not {piece for piece in words_of(lang) if _contains(said, piece)}
