"""Who is seen: people, animals and machines that the brief names, in its own words.

The description of a character is a piece of the brief, verbatim; nothing is added to it. Only
when a brief names nobody does the offline planner suggest a lead of its own, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.knowledge import library
from pipeline.model import Character, CharacterKind
from pipeline.planning.edits import free_id
from pipeline.planning.reading import base_form, negated, pattern, sentences

LARGEST_CAST = 4
LONGEST_DESCRIPTION = 600
_TOKEN = re.compile(r"\S+")
_NAME = r"[A-ZÀ-Þ][\w'’-]{1,24}(?: [A-ZÀ-Þ][\w'’-]{1,24})?"
_BARE = ".,:;!?()[]{}\"'«»„“”…—–"


@dataclass(frozen=True)
class Mention:
    """A noun of the brief that stands for somebody; ``start`` and ``end`` index the sentence."""

    noun: str
    kind: CharacterKind
    start: int
    end: int


def cast_from_brief(brief: str) -> tuple[Character, ...]:
    """The characters that a brief names, at most four, in order of appearance."""
    cast: list[Character] = []
    nouns: set[str] = set()
    for sentence in sentences(brief):
        found = [mention for mention in mentions(sentence) if _new(sentence, mention, nouns)]
        for mention in found[: LARGEST_CAST - len(cast)]:
            cast.append(_character(sentence, mention, [one.id for one in cast]))
            nouns.add(mention.noun.casefold())
        if not found and cast and _says_more(sentence):
            about = _meant(cast, sentence)
            cast[about] = _with_more(cast[about], sentence)
    return tuple(cast)


def mentions(sentence: str) -> list[Mention]:
    """People, animals and machines of one sentence that it introduces, in order."""
    found = sorted(_hits(sentence), key=lambda hit: (hit.start, hit.start - hit.end))
    kept: list[Mention] = []
    for hit in found:
        inside = kept and hit.start < kept[-1].end
        if not inside and not negated(sentence, hit.start):
            kept.append(hit)
    return [hit for hit in kept if hit.kind == CharacterKind.GROUP or _introduced(sentence, hit)]


def description_of(sentence: str, mention: Mention) -> str:
    """The piece of the sentence that describes somebody: from its article to its verb."""
    if _unspaced(mention.noun):
        return sentence[:LONGEST_DESCRIPTION]
    start = _opening(sentence, mention)
    end = _closing(sentence, mention)
    return sentence[start:end].strip(" ,—–-")[:LONGEST_DESCRIPTION]


@cache
def _nouns() -> tuple[tuple[str, CharacterKind], ...]:
    table = library.people().nouns
    return tuple((noun, CharacterKind(kind)) for kind, nouns in table.items() for noun in nouns)


@cache
def _any_noun() -> re.Pattern[str]:
    """One pattern for a quick no: most sentences name nobody."""
    return re.compile("|".join(re.escape(noun) for noun, _ in _nouns()), re.IGNORECASE)


@cache
def _group_pattern() -> re.Pattern[str]:
    groups = library.people().groups
    counts, plurals = "|".join(groups["counts"]), "|".join(groups["plurals"])
    return re.compile(rf"\b(?:{counts})\s+(?:[\w-]+,?\s+){{0,3}}?(?:{plurals})\b", re.IGNORECASE)


def _hits(sentence: str) -> Iterator[Mention]:
    for match in _group_pattern().finditer(sentence):
        yield Mention(match.group(), CharacterKind.GROUP, match.start(), match.end())
    yield from _apposition(sentence)
    if not _any_noun().search(sentence):
        return
    for noun, kind in _nouns():
        for match in pattern(noun).finditer(sentence):
            if match.group().casefold() == noun:
                yield Mention(match.group(), kind, match.start(), match.end())


def _apposition(sentence: str) -> Iterator[Mention]:
    """A name explained is a person, whatever the noun: Ana, a trucker with a silver braid."""
    found = re.match(rf"\s*{_NAME},\s+an?\s+([^,]+)", sentence)
    head = re.split(r"\s+(?:with|in|wearing|who|of|from)\b", found.group(1))[0] if found else ""
    if found is None or not head or any(_is_noun(word.casefold()) for word in head.split()):
        return
    end = found.start(1) + len(head)
    noun = head.split()[-1]
    yield Mention(noun, CharacterKind.HUMAN, end - len(noun), end)


def _introduced(sentence: str, mention: Mention) -> bool:
    """Only a noun with an article, after a name or at the beginning stands for somebody."""
    return (
        _unspaced(mention.noun)
        or _opening(sentence, mention) < mention.start
        or (mention.start == 0)
    )


def _new(sentence: str, mention: Mention, known: set[str]) -> bool:
    if mention.noun.casefold() not in known:
        return True
    return bool(re.search(r"\b(another|second|other)\s+(\w+\s+)?$", sentence[: mention.start]))


def _unspaced(noun: str) -> bool:
    return noun[0] > "\u2fff"


def _opening(sentence: str, mention: Mention) -> int:
    """Index of the article or name that opens the description; the noun's own when none does."""
    if mention.kind == CharacterKind.GROUP and " " in mention.noun:
        return mention.start
    grammar = library.people().grammar
    before = list(_TOKEN.finditer(sentence, 0, mention.start))[-10:]
    for token in reversed(before):
        word = token.group().strip(_BARE).casefold()
        if word in grammar["starts"]:
            return token.start()
        if word in grammar["verbs"]:
            break
    label = re.match(rf"\s*(?:[-*•]\s*)?(?:{_NAME})\s*(?::|,|—|–|\s-\s)\s*", sentence)
    return label.end() if label and label.end() <= mention.start else mention.start


def _closing(sentence: str, mention: Mention) -> int:
    """Index at which the description ends: a verb, a place, somebody else, or the sentence."""
    plural = mention.kind == CharacterKind.GROUP
    named = re.match(rf"\s*{_NAME},\s", sentence) is not None
    tokens = list(_TOKEN.finditer(sentence, mention.end))
    bare = [token.group().strip(_BARE).casefold() for token in tokens]
    for index, token in enumerate(tokens):
        acts = plural and bare[index] in plural_verbs()
        acts = acts or (named and index > 0 and _resumes(tokens, index, bare))
        if acts or _ends_description(bare[index], bare[index + 1 : index + 4]):
            return token.start()
    return len(sentence)


def _resumes(tokens: list[re.Match[str]], index: int, bare: list[str]) -> bool:
    """Whether, after "Ana, a trucker with a braid,", a word goes on as Ana's verb."""
    after_comma = tokens[index - 1].group().endswith(",")
    ends_open = tokens[index].group() == bare[index] and bare[index].endswith("s")
    follows = bare[index + 1] if index + 1 < len(bare) else ""
    return after_comma and ends_open and follows in library.people().grammar["objects"]


@cache
def plural_verbs() -> frozenset[str]:
    """What several do: "walk", "cross"."""
    verbs = library.people().grammar["verbs"]
    return frozenset(base_form(verb) for verb in verbs if verb.endswith("s") and len(verb) > 3)


def _ends_description(word: str, following: list[str]) -> bool:
    grammar = library.people().grammar
    if word in grammar["verbs"]:
        return True
    if word in grammar["cuts"]:
        return not following or following[0] not in grammar["possessives"]
    if word == "in":
        return any(place_word in following for place_word in _place_words())
    if word in {"and", "und", "y", "et", "meets", "with"}:
        return any(_is_noun(after) for after in following)
    return False


@cache
def _place_words() -> frozenset[str]:
    return frozenset(word for place in library.places() for word in place.words)


@cache
def _single_nouns() -> frozenset[str]:
    return frozenset(noun for noun, _ in _nouns()) | frozenset(library.people().groups["plurals"])


def _is_noun(word: str) -> bool:
    return word in _single_nouns()


def _says_more(sentence: str) -> bool:
    tokens = [token.strip(_BARE).casefold() for token in sentence.split()]
    grammar = library.people().grammar
    starts = bool(tokens) and (tokens[0] in grammar["more"] or sentence.startswith(("彼女", "彼")))
    return starts and (_unspaced(sentence) or bool(set(tokens) & set(grammar["wears"])))


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


def _character(sentence: str, mention: Mention, taken: list[str]) -> Character:
    description = description_of(sentence, mention)
    name = _name_of(sentence, mention)
    return Character(
        id=free_id(name or mention.noun, taken, otherwise="character"),
        name=name or _role_name(mention),
        kind=_kind(description, mention.kind),
        description=description,
        role="lead" if not taken else "second",
    )


def _kind(description: str, kind: CharacterKind) -> CharacterKind:
    folded = description.casefold()
    masked = any(mark in folded for mark in library.people().masks["words"])
    return CharacterKind.MASKED if masked and kind == CharacterKind.HUMAN else kind


def _name_of(sentence: str, mention: Mention) -> str:
    """A proper name that the sentence gives, or nothing."""
    named = "|".join(library.people().grammar["named"])
    after = re.search(rf"\b(?:{named})\s+({_NAME})", sentence[mention.end : mention.end + 160])
    if after:
        return after.group(1)
    before = sentence[: _opening(sentence, mention)]
    ahead = re.search(rf"({_NAME})\s*(?::|,|—|–|\(|\s-)\s*$", before)
    return ahead.group(1) if ahead else ""


def _role_name(mention: Mention) -> str:
    noun = mention.noun
    if _unspaced(noun):
        return noun
    if mention.kind == CharacterKind.GROUP and " " in noun:
        return noun[0].upper() + noun[1:]
    return f"The {noun.lower()}" if noun.isascii() else noun
