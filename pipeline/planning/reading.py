"""Reading a person's text as text: whole words, sentences, and no obedience.

Nothing here follows what a text says. Sentences that speak to a machine instead of about a film
are left out of what is read, and stay in the brief as they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from pipeline.knowledge import library

LATIN_SHARE = 0.6
SMALL_SHARE = 0.08
_SENTENCE = re.compile(r"[!?;\n\r。！？；]+|\.+(?=\s|$)")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def sentences(text: str) -> list[str]:
    """The sentences that speak about the film, trimmed, verbatim, without any markup."""
    parts = (part.strip() for part in _SENTENCE.split(_TAG.sub("\n", text)))
    return [part for part in parts if part and not speaks_to_a_machine(part)]


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def speaks_to_a_machine(sentence: str) -> bool:
    """Whether a sentence gives orders about rules and prompts."""
    told = {word.casefold() for word in words(sentence)}
    grammar = library.people().grammar
    return bool(told & set(grammar["orders"])) and bool(told & set(grammar["ordered"]))


@lru_cache(maxsize=2048)
def pattern(word: str) -> re.Pattern[str]:
    """Finds a word (or its plural) as a whole, or anywhere in scripts without spaces."""
    if _UNSPACED.search(word):
        return re.compile(re.escape(word))
    # Three letters and an s are too often another word: Spanish "mar" is not Mars.
    ending = "(?:s|es|y)?" if len(word) > 3 else ""
    return re.compile(rf"(?<![\w-]){re.escape(word)}{ending}(?![\w-])", re.IGNORECASE)


def first_place(text: str, vocabulary: Iterable[str]) -> int | None:
    """Where the first word of a vocabulary stands in a text, unless it is negated there."""
    found = [
        match.start()
        for word in vocabulary
        for match in pattern(word).finditer(text)
        if not negated(text, match.start())
    ]
    return min(found, default=None)


def count_of(text: str, vocabulary: Sequence[str]) -> int:
    """How many words of a vocabulary a text uses."""
    return sum(1 for word in vocabulary if first_place(text, (word,)) is not None)


def negated(text: str, position: int) -> bool:
    """Whether one of the two words before a position denies or compares it."""
    before = [word.casefold() for word in words(text[max(0, position - 24) : position])[-2:]]
    return bool(set(before) & set(library.people().grammar["unsure"]))


def foreign(text: str) -> bool:
    """Whether a text is clearly not English: another script, or another language's small words."""
    letters = [char for char in text if char.isalpha()]
    if letters and sum(char.isascii() for char in letters) < LATIN_SHARE * len(letters):
        return True
    found = [word.casefold() for word in words(text)]
    small = library.people().small_words
    own = sum(word in small["english"] for word in found)
    others = max(
        (sum(word in row for word in found) for name, row in small.items() if name != "english"),
        default=0,
    )
    return others > own and others >= SMALL_SHARE * len(found)


def base_form(verb: str) -> str:
    """The plural form of an English verb in the third person: "crosses" gives "cross"."""
    irregular = {"is": "are", "has": "have", "was": "were", "goes": "go", "does": "do"}
    if verb in irregular:
        return irregular[verb]
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return verb[:-2]
    return verb.removesuffix("s")
