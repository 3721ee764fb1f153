"""Small letters and alphabetical order, as each language has them.

Python knows no language: it makes "i" of I, which Turkish writes ı, two characters of İ, and
sorts ç, ğ, ı, ö, ş and ü after z.
"""

from __future__ import annotations

from unicodedata import combining, normalize

from yuzug.emotions import Language

_ALPHABET: dict[Language, str] = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "tr": "abcçdefgğhıijklmnoöpqrsştuüvwxyz",
}
_RANK = {lang: {letter: n for n, letter in enumerate(a)} for lang, a in _ALPHABET.items()}


def lower(sentence: str, lang: Language) -> str:
    """The sentence in small letters.

    >>> lower("IŞIK İYİ", "tr"), lower("INK", "en")
    ('ışık iyi', 'ink')
    """
    if lang == "tr":
        sentence = sentence.replace("I", "ı")
    return sentence.replace("İ", "i").lower()


def unaccented(sentence: str) -> str:
    """The sentence in small letters without marks, as it may be typed on any keyboard.

    >>> unaccented("YÜRÜYÜŞ"), unaccented("Işık"), unaccented("İyi kâğıt")
    ('yuruyus', 'isik', 'iyi kagit')
    """
    letters = normalize("NFD", sentence.replace("ı", "i")).lower()
    return "".join(letter for letter in letters if not combining(letter))


def order(sentence: str, lang: Language) -> tuple[tuple[int, str], ...]:
    """The key that sorts sentences alphabetically; what is no letter comes first.

    A letter with a mark of its own that the alphabet does not have stands where it would without.

    >>> sorted(["şiir", "zar", "su", "ılık", "iz", "kâğıt"], key=lambda word: order(word, "tr"))
    ['ılık', 'iz', 'kâğıt', 'su', 'şiir', 'zar']
    """
    rank = _RANK[lang]
    return tuple(
        (rank.get(letter, rank.get(normalize("NFD", letter)[0], -1)), letter)
        for letter in lower(sentence, lang)
    )
