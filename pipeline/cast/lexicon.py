"""The words the validator knows, read once from ``data/*.toml`` and matched by whole words.

A phrase is a tuple of folded words; hyphens count as spaces. Plurals are found by trying the
singular, so the data files hold singulars only.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)
WORD_FILES = (
    "appearance", "garments", "people", "beings", "manner", "names",
    "wardrobe", "palette", "bestiary",
)  # fmt: skip
NO_PLURAL = frozenset({"clothes", "glasses", "his", "hers", "this", "news"})
STRAIGHT = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\xa0": " "})


def data(name: str) -> dict[str, Any]:
    """One data file as a dictionary."""
    with (DATA / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def folded(word: str) -> str:
    """Lower case, without accents, with straight apostrophes."""
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.translate(STRAIGHT))
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).casefold()


def words_of(text: str) -> tuple[str, ...]:
    return tuple(folded(match.group()) for match in WORD.finditer(text))


@dataclass(frozen=True)
class Phrase:
    words: tuple[str, ...]
    categories: frozenset[str]


def _listed() -> Iterator[tuple[tuple[str, ...], str]]:
    """Every phrase of the word files with a category it is listed under."""
    for name in WORD_FILES:
        for category, listing in data(name).items():
            entries = (words_of(entry) for entry in listing.replace("\n", " ").split(","))
            yield from ((words, category) for words in entries if words)


@cache
def phrases() -> dict[str, tuple[Phrase, ...]]:
    """All phrases by their first word, the longest first."""
    found: dict[tuple[str, ...], set[str]] = {}
    for words, category in _listed():
        found.setdefault(words, set()).add(category)
    table: dict[str, list[Phrase]] = {}
    for words, categories in found.items():
        table.setdefault(words[0], []).append(Phrase(words, frozenset(categories)))
    return {
        first: tuple(sorted(entries, key=lambda phrase: -len(phrase.words)))
        for first, entries in table.items()
    }


@cache
def singular(word: str) -> tuple[str, ...]:
    """The word itself and what it could be the plural or possessive of."""
    forms = [word]
    if word in NO_PLURAL:
        return (word,)
    if word.endswith("'s"):
        forms.append(word[:-2])
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        forms.append(word[:-1])
        if word.endswith("es"):
            forms.append(word[:-2])
        if word.endswith("ies"):
            forms.append(word[:-3] + "y")
        if word.endswith("ves"):
            forms.append(word[:-3] + "f")
    return tuple(forms)


@cache
def word_set(file: str, name: str) -> frozenset[str]:
    """A flat set of single entries from a data file."""
    source = data(file)
    listing = (source.get(name) or source["words"][name]).replace("\n", " ")
    return frozenset(" ".join(words_of(entry)) for entry in listing.split(",") if entry.strip())


@cache
def languages() -> dict[str, frozenset[str]]:
    return {name: word_set("languages", name) for name in data("languages")}


@cache
def built_like(word: str) -> frozenset[str]:
    """What a word not listed must be by its end: "microbraids", "overtrousers", "tealish"."""
    if word in languages()["english"] or not word.isalpha():
        return frozenset()
    for category, listing in data("endings").items():
        for ending in listing.split():
            if word.endswith(ending) and len(word) > len(ending) + 2:
                return frozenset({category})
    stem = word.removesuffix("ish")
    coloured = stem != word and any(
        "colour" in phrase.categories and phrase.words in {(stem,), (stem + "e",)}
        for base in (stem, stem + "e")
        for phrase in phrases().get(base, ())
    )
    return frozenset({"colour"}) if coloured else frozenset()


@cache
def is_plain(word: str) -> bool:
    """A word that can be neither a colour nor a thing: small words, verbs, plain adjectives."""
    if word in languages()["english"] or any(
        base in word_set("sets", "plain") for base in singular(word)
    ):
        return True
    return word in word_set("actions", "doing") or word.endswith(("ly", "ing", "less", "est"))


@cache
def form(name: str) -> re.Pattern[str]:
    """An expression of ``forms.toml``, compiled at first use."""
    return re.compile(data("forms")[name], re.VERBOSE | re.IGNORECASE)


@dataclass(frozen=True)
class Pattern:
    code: str
    anywhere: bool
    find: re.Pattern[str]


@cache
def patterns() -> tuple[Pattern, ...]:
    """The expressions of ``patterns.toml``, compiled at first use."""
    return tuple(
        Pattern(
            entry["code"],
            bool(entry.get("anywhere", False)),
            re.compile(entry["find"], re.VERBOSE | re.IGNORECASE),
        )
        for entry in data("patterns")["pattern"]
    )


@dataclass(frozen=True)
class Clash:
    """``other`` stays text: it may hold what a group of ``one`` has found."""

    one: re.Pattern[str]
    other: str


@cache
def clashes() -> tuple[Clash, ...]:
    """The pairs of ``clashes.toml``."""
    return tuple(
        Clash(re.compile(entry["one"], re.VERBOSE | re.IGNORECASE), entry["other"])
        for entry in data("clashes")["clash"]
    )
