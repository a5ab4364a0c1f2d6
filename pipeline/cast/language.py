"""Which language a text is in, and whether it is language at all."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from pipeline.cast.lexicon import data, languages, phrases, singular, words_of
from pipeline.cast.reading import Reading

Tongue = Literal["english", "other", "gibberish"]
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "poiuytrewq", "lkjhgfdsa", "mnbvcxz", "1234567890")
REPEATED = re.compile(r"(.)\1{4,}|(\b\w{1,12}\b)(?:\W+\2\b){3,}", re.IGNORECASE)
CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{6,}", re.IGNORECASE)


def tongue(reading: Reading) -> Tongue:
    """English, another language, or no language: decided by small words and known words."""
    words = [token.word for token in reading.tokens if not token.word.isdigit()]
    if not words:
        return "gibberish" if re.search(r"\S", reading.text) else "english"
    if not _mostly_latin(reading.text):
        return "other"
    return _spoken(reading, words)


def _spoken(reading: Reading, words: list[str]) -> Tongue:
    """English or not, by its words."""
    known = sum(_is_english(word) for word in words)
    if known / len(words) < 0.15 and sum(map(_mute, words)) / len(words) >= 0.5:
        return "gibberish"
    repeated = len(words) >= 10 and len(set(words)) <= 4
    if repeated or (_mashed(reading.text, words) and known / len(words) < 0.6):
        return "gibberish"
    foreign = _foreign_words(words)
    if known / len(words) >= 0.4 and known > foreign:
        return "english"
    if foreign >= 2 or (foreign and known == 0):
        return "other" if foreign >= known else "english"
    return _unknown(reading.text, words, known)


def _unknown(text: str, words: list[str], known: int) -> Tongue:
    if known / len(words) >= 0.25 or len(words) <= 3:
        return "gibberish" if len(words) <= 3 and any(map(_unlikely, words)) else "english"
    if not text.isascii():
        return "other"
    return "gibberish"


def _mostly_latin(text: str) -> bool:
    letters = [mark for mark in text if mark.isalpha()]
    latin = sum(mark < "\u0250" or "\u1e00" <= mark <= "\u1eff" for mark in letters)
    return not letters or latin / len(letters) > 0.6


@cache
def _is_english(word: str) -> bool:
    table = phrases()
    bases = singular(word)
    if any(base in languages()["english"] or base in _vocabulary() for base in bases):
        return True
    stems = tuple(word.removesuffix(end) for end in ("ed", "ing", "ly", "y", "d", "er", "ish"))
    return any(len(stem) > 2 and stem != word and stem in table for stem in stems)


@cache
def _vocabulary() -> frozenset[str]:
    """Every word of the data files that is not only part of a person's name."""
    names = {"real", "real_alone", "protected", "protected_cased", "brand"}
    return frozenset(
        word
        for entries in phrases().values()
        for phrase in entries
        if phrase.categories - names
        for word in phrase.words
    ) | frozenset(words_of(" ".join(_plain_words())))


def _plain_words() -> list[str]:
    return list(data("actions")["words"].values())


def _foreign_words(words: list[str]) -> int:
    """The most words that one other language claims; words that are English too do not count."""
    counts = []
    for name, listing in languages().items():
        if name != "english":
            counts.append(sum(word in listing and not _is_english(word) for word in words))
    return max(counts)


@cache
def _unlikely(word: str) -> bool:
    """A word that fingers make, not mouths: a run of keys, or no vowel in four letters."""
    if _is_english(word):
        return False
    run = any(word[at : at + 4] in row for row in ROWS for at in range(max(1, len(word) - 3)))
    return (run and len(word) >= 4) or bool(CONSONANTS.search(word)) or _voiceless(word)


def _voiceless(word: str) -> bool:
    return len(word) >= 4 and word.isascii() and word.isalpha() and not re.search("[aeiouy]", word)


def _mute(word: str) -> bool:
    """A run of letters and digits that cannot be spoken."""
    return word.isascii() and not re.search("[aeiouy]", word) and not word.isdigit()


def _mashed(text: str, words: list[str]) -> bool:
    odd = sum(map(_unlikely, words))
    return odd / len(words) >= 0.25 or bool(REPEATED.search(text))
