"""The brief's own story: what it says that somebody does, laid over the song in its order.

The words are the brief's; only the subject is replaced by the character's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.knowledge import library
from pipeline.model import Character, CharacterKind, Shot
from pipeline.planning.completing import own_words
from pipeline.planning.inputs import PlanInputs, kept_fields
from pipeline.planning.mentions import plural_verbs
from pipeline.planning.reading import first_place, sentences

LONGEST_WORDS = 24
MOST_BEATS = 12
_TOKEN = re.compile(r"[^\s,;:—–]+|[,;:—–]")
_PUNCTUATION = frozenset(",;:—–")
_BARE = ".,:;!?()[]{}\"'«»„“”…"


@dataclass(frozen=True)
class Beat:
    """One thing that the brief says somebody does; ``place_id`` where, if it says so."""

    character_id: str
    text: str
    place_id: str


def beats_of(brief: str, cast: Sequence[Character]) -> tuple[Beat, ...]:
    """What the cast does according to the brief, in its order; at most twelve beats."""
    found: list[Beat] = []
    for sentence in sentences(brief):
        subject = _subject(sentence, cast)
        if subject is None:
            continue
        for clause in _clauses(sentence, subject):
            found.append(Beat(subject.id, f"{subject.name} {clause}", _place(clause)))
    return tuple(found[:MOST_BEATS])


def tell_the_brief(
    shots: Sequence[Shot], inputs: PlanInputs, cast: Sequence[Character]
) -> tuple[Shot, ...]:
    """The shots with the brief's beats in those narrative ones that are nearest in the song."""
    told = list(shots)
    beats = beats_of(inputs.brief, cast)
    kept = {shot.slot_id: kept_fields(shot) for shot in inputs.shots}
    free = [
        n
        for n, shot in enumerate(told)
        if shot.purpose == "narrative" and not shot.motif and not kept.get(shot.slot_id)
    ]
    for number, beat in enumerate(beats):
        target = (number + 0.5) / len(beats) * len(told)
        slot = _nearest(free, told, beat, target)
        if slot is not None:
            free = [n for n in free if n > slot]
            told[slot] = told[slot].model_copy(
                update={"action": beat.text, "character_ids": (beat.character_id,), "singer": ""}
            )
    return tuple(told)


def _nearest(free: Sequence[int], shots: Sequence[Shot], beat: Beat, target: float) -> int | None:
    """The free shot closest to a beat's turn, at the beat's place if the film goes there."""
    there = [n for n in free if shots[n].location_id == beat.place_id]
    return min(there or free, key=lambda n: abs(n - target), default=None)


def _subject(sentence: str, cast: Sequence[Character]) -> Character | None:
    """Who acts in a sentence: a character whose description or name opens it, or a pronoun's."""
    folded = sentence.casefold()
    for one in cast:
        first_words = own_words(one).split(". ")[0].casefold()
        noun = one.name.removeprefix("The ").casefold()
        if (first_words and first_words in folded) or re.search(rf"\b{re.escape(noun)}\b", folded):
            return one
    pronouns = set(library.people().grammar["acting"])
    spoken = {token.casefold() for token in _TOKEN.findall(sentence)}
    return cast[0] if cast and spoken & pronouns else None


def _clauses(sentence: str, subject: Character) -> list[str]:
    """Clauses from a verb of action to the next punctuation, as predicates."""
    plural = subject.kind == CharacterKind.GROUP
    clauses: list[list[str]] = []
    open_clause, before = False, ""
    for token in _TOKEN.findall(sentence):
        word = token.strip(_BARE).casefold()
        if token in _PUNCTUATION:
            open_clause = False
        elif open_clause:
            clauses[-1].append(token)
        elif _acts(word, before, subject):
            verb_to_be = "are" if plural else "is"
            clauses.append([verb_to_be, token] if word.endswith("ing") else [token])
            open_clause = True
        before = word
    return [" ".join(clause) for clause in clauses if len(clause) <= LONGEST_WORDS]


def _acts(word: str, before: str, subject: Character) -> bool:
    """Whether a word is what the subject does; what "it" does is not what a person does."""
    grammar = library.people().grammar
    thing = subject.kind not in {CharacterKind.HUMAN, CharacterKind.MASKED, CharacterKind.GROUP}
    if before in grammar["of_things"] and not thing:
        return False
    if subject.kind == CharacterKind.GROUP:
        return word in plural_verbs() or (word.endswith("ing") and word in grammar["verbs"])
    spoken_of = before in {"she", "he", "it"} or before == subject.name.split()[-1].casefold()
    if spoken_of and word.endswith("s") and len(word) > 3:
        return True
    known = word.endswith(("s", "ing")) and word in grammar["verbs"]
    return known and word not in {"is", "as", "was"}


def _place(clause: str) -> str:
    for place in library.places():
        if first_place(clause, place.words) is not None:
            return place.id
    return ""
