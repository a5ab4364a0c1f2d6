"""Who is seen: people, animals and machines that the brief names, in its own words.

The description of a character begins with a piece of the brief, verbatim; what it leaves open is
completed (:mod:`pipeline.planning.completing`). Only when a brief names nobody does the offline
planner suggest a lead of its own, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.knowledge import library
from pipeline.model import Character, CharacterKind
from pipeline.planning.edits import free_id
from pipeline.planning.mentions import (
    BARE,
    LONGEST_DESCRIPTION,
    NAME,
    Mention,
    description_of,
    mentions,
    opening_of,
    unspaced,
)
from pipeline.planning.reading import pattern, sentences

LARGEST_CAST = 4


def cast_from_brief(brief: str) -> tuple[Character, ...]:
    """The characters that a brief names, at most four, in order of appearance."""
    cast: list[Character] = []
    nouns: set[str] = set()
    for sentence in sentences(brief):
        found = [mention for mention in mentions(sentence) if _new(sentence, mention, nouns)]
        for mention in found[: LARGEST_CAST - len(cast)]:
            cast.append(_character(sentence, mention, cast))
            nouns.add(mention.noun.casefold())
        if not found and cast and _says_more(sentence):
            about = _meant(cast, sentence)
            cast[about] = _with_more(cast[about], sentence)
    return tuple(cast)


def wants_nobody(brief: str) -> bool:
    """Whether a brief asks for a film without anybody in it."""
    words = library.people().grammar["nobody"]
    return any(pattern(one).search(sentence) for one in words for sentence in sentences(brief))


def _new(sentence: str, mention: Mention, known: set[str]) -> bool:
    if mention.noun.casefold() not in known:
        return True
    return bool(re.search(r"\b(another|second|other)\s+(\w+\s+)?$", sentence[: mention.start]))


def _says_more(sentence: str) -> bool:
    tokens = [token.strip(BARE).casefold() for token in sentence.split()]
    grammar = library.people().grammar
    starts = bool(tokens) and (tokens[0] in grammar["more"] or sentence.startswith(("彼女", "彼")))
    return starts and (unspaced(sentence) or bool(set(tokens) & set(grammar["wears"])))


def _meant(cast: list[Character], sentence: str) -> int:
    """Index of whom a pronoun means: "it" the last thing or animal, else the last person."""
    person = {CharacterKind.HUMAN, CharacterKind.MASKED, CharacterKind.GROUP}
    things = sentence.split()[0].casefold() in library.people().grammar["of_things"]
    fitting = [n for n, one in enumerate(cast) if (one.kind not in person) == things]
    return fitting[-1] if fitting else len(cast) - 1


def _with_more(character: Character, sentence: str) -> Character:
    text = f"{character.description}. {sentence}"
    if len(text) > LONGEST_DESCRIPTION:
        return character
    return character.model_copy(update={"description": text})


def _character(sentence: str, mention: Mention, cast: Sequence[Character]) -> Character:
    description = description_of(sentence, mention)
    name = _name_of(sentence, mention)
    if not name and re.fullmatch(NAME, mention.noun):
        name = mention.noun
    called = name or _role_name(mention)
    if called in {one.name for one in cast}:
        called = f"The other {mention.noun.lower()}"
    return Character(
        id=free_id(name or mention.noun, [one.id for one in cast], otherwise="character"),
        name=called,
        kind=_kind(description, mention.kind),
        description=description,
        role="second" if cast else "lead",
    )


def _kind(description: str, kind: CharacterKind) -> CharacterKind:
    folded = description.casefold()
    masked = any(mark in folded for mark in library.people().masks["words"])
    return CharacterKind.MASKED if masked and kind == CharacterKind.HUMAN else kind


def _name_of(sentence: str, mention: Mention) -> str:
    """A proper name that the sentence gives, or nothing."""
    named = "|".join(library.people().grammar["named"])
    after = re.search(rf"\b(?:{named})\s+({NAME})", sentence[mention.end : mention.end + 160])
    if after:
        return after.group(1)
    before = sentence[: opening_of(sentence, mention)]
    ahead = re.search(rf"({NAME})\s*(?::|,|—|–|\(|\s-)\s*$", before)
    return ahead.group(1) if ahead else ""


def _role_name(mention: Mention) -> str:
    noun = mention.noun
    if unspaced(noun):
        return noun
    if mention.kind == CharacterKind.GROUP and " " in noun:
        return noun[0].upper() + noun[1:]
    english = noun.isascii() and noun.casefold() not in library.people().grammar["abroad"]
    return f"The {noun.lower()}" if english else noun[0].upper() + noun[1:]
