"""Who a sentence speaks of: nouns, names and numbers of people, animals and machines in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipeline.knowledge import library
from pipeline.model import CharacterKind
from pipeline.planning.reading import base_form, negated, pattern

LONGEST_DESCRIPTION = 600
NAME = r"[A-ZÀ-Þ][\w'’-]{1,24}(?: [A-ZÀ-Þ][\w'’-]{1,24})?"
BARE = ".,:;!?()[]{}\"'«»„“”…—–"
_TOKEN = re.compile(r"\S+")
_TEMPLATES = re.compile(r"(?:\s+(?:\{\S*|<\S*|\$\S*|%\S+|`\S*))+$")


@dataclass(frozen=True)
class Mention:
    """A noun of the brief that stands for somebody; ``start`` and ``end`` index the sentence."""

    noun: str
    kind: CharacterKind
    start: int
    end: int


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
    if unspaced(mention.noun):
        return sentence[:LONGEST_DESCRIPTION]
    start = opening_of(sentence, mention)
    end = _closing(sentence, mention)
    return _trimmed(sentence[start:end])[:LONGEST_DESCRIPTION]


def _trimmed(text: str) -> str:
    """Without a template or a small word left hanging at the end; inside, words stay as said."""
    kept = _TEMPLATES.sub("", text.strip(" ,—–-")).strip(" ,—–-")
    while kept.count(" ") > 1 and kept.rsplit(" ", 1)[1] in library.people().grammar["loose"]:
        kept = kept.rsplit(" ", 1)[0].strip(" ,—–-")
    return kept


def opening_of(sentence: str, mention: Mention) -> int:
    """Index of the article or name that opens the description; the noun's own when none does."""
    if mention.kind == CharacterKind.GROUP and " " in mention.noun:
        return mention.start
    grammar = library.people().grammar
    before = list(_TOKEN.finditer(sentence, 0, mention.start))[-10:]
    for token in reversed(before):
        word = token.group().strip(BARE).casefold()
        if word in grammar["starts"]:
            return token.start()
        if word in grammar["verbs"]:
            break
    label = re.match(rf"\s*(?:[-*•]\s*)?(?:{NAME})\s*(?::|,|—|–|\s-\s)\s*", sentence)
    return label.end() if label and label.end() <= mention.start else mention.start


def unspaced(noun: str) -> bool:
    return noun[0] > "\u2fff"


def is_noun(word: str) -> bool:
    return word in _single_nouns()


@cache
def plural_verbs() -> frozenset[str]:
    """What several do: "walk", "cross"."""
    grammar = library.people().grammar
    bases = (base_form(verb) for verb in grammar["verbs"] if verb.endswith("s") and len(verb) > 3)
    return frozenset(bases) - set(grammar["also_nouns"])


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
    together = "|".join(groups["together"])
    counted = rf"\b(?:{counts})\s+(?:[\w-]+,?\s+){{0,3}}?(?:{plurals})\b"
    gathered = rf"\b(?:{together})(?:\s+of\s+(?:[\w-]+\s+)?(?:{plurals}))?\b"
    uncounted = rf"^\s*(?:the\s+|some\s+)?(?:(?!(?:no|not|without)\b)[\w-]+\s+)?(?:{plurals})\b"
    return re.compile(rf"{counted}|{gathered}|{uncounted}", re.IGNORECASE)


def _hits(sentence: str) -> Iterator[Mention]:
    for match in _group_pattern().finditer(sentence):
        yield Mention(match.group(), CharacterKind.GROUP, match.start(), match.end())
    yield from _apposition(sentence)
    yield from _named(sentence)
    if not _any_noun().search(sentence):
        return
    for noun, kind in _nouns():
        for match in pattern(noun).finditer(sentence):
            if match.group().casefold() == noun:
                yield Mention(match.group(), kind, match.start(), match.end())


def _apposition(sentence: str) -> Iterator[Mention]:
    """A name explained is a person, whatever the noun: Ana, a trucker with a silver braid."""
    found = re.match(rf"\s*{NAME},\s+an?\s+([^,]+)", sentence)
    head = re.split(r"\s+(?:with|in|wearing|who|of|from)\b", found.group(1))[0] if found else ""
    if found is None or not head or any(is_noun(word.casefold()) for word in head.split()):
        return
    end = found.start(1) + len(head)
    noun = head.split()[-1]
    yield Mention(noun, CharacterKind.HUMAN, end - len(noun), end)


def _named(sentence: str) -> Iterator[Mention]:
    """A name that opens the sentence and does something: Mira runs through Tokyo."""
    found = re.match(rf"\s*({NAME})\s+(\w+)", sentence)
    grammar = library.people().grammar
    if found is None or found.group(2).casefold() not in grammar["verbs"]:
        return
    name = found.group(1)
    first = name.split()[0].casefold()
    if first in grammar["starts"] or first in grammar["no_names"] or is_noun(first):
        return
    if not any(is_noun(word.casefold()) for word in name.split()):
        yield Mention(name, CharacterKind.HUMAN, found.start(1), found.end(1))


def _introduced(sentence: str, mention: Mention) -> bool:
    """Only a noun with an article, after a name or at the beginning stands for somebody."""
    return (
        unspaced(mention.noun)
        or opening_of(sentence, mention) < mention.start
        or (mention.start == 0)
    )


def _closing(sentence: str, mention: Mention) -> int:
    """Index at which the description ends: a verb, a place, somebody else, or the sentence."""
    plural = mention.kind == CharacterKind.GROUP
    named = re.match(rf"\s*{NAME},\s", sentence) is not None
    tokens = list(_TOKEN.finditer(sentence, mention.end))
    bare = [token.group().strip(BARE).casefold() for token in tokens]
    for index, token in enumerate(tokens):
        acts = plural and bare[index] in plural_verbs()
        acts = acts or (index == 0 and _breaks_off(sentence, mention, token, bare[0]))
        acts = acts or (named and index > 0 and _resumes(tokens, index, bare))
        if _describes_on(bare, index):
            continue
        if acts or _ends_description(bare[index], bare[index + 1 : index + 4]):
            return token.start()
    return len(sentence)


def _describes_on(bare: list[str], index: int) -> bool:
    """Whether a word belongs to "who wears", "that looks like": a look told in a clause."""
    looks = library.people().grammar["described_by"]
    following = bare[index + 1] if index + 1 < len(bare) else ""
    before = bare[index - 1] if index else ""
    relative = {"who", "that", "which"}
    return (bare[index] in relative and following in looks) or (
        bare[index] in looks and before in relative
    )


def _breaks_off(sentence: str, mention: Mention, token: re.Match[str], word: str) -> bool:
    """Whether the word right after a noun says what it does: only some words describe on."""
    joined = sentence[mention.end : token.start()].strip() == "" and token.group()[0].isalpha()
    grammar = library.people().grammar
    describes = word in grammar["describing"] or word.endswith("ed") or is_noun(word)
    return joined and not describes


def _resumes(tokens: list[re.Match[str]], index: int, bare: list[str]) -> bool:
    """Whether, after "Ana, a trucker with a braid,", a word goes on as Ana's verb."""
    after_comma = tokens[index - 1].group().endswith(",")
    ends_open = tokens[index].group() == bare[index] and bare[index].endswith("s")
    follows = bare[index + 1] if index + 1 < len(bare) else ""
    return after_comma and ends_open and follows in library.people().grammar["objects"]


def _ends_description(word: str, following: list[str]) -> bool:
    grammar = library.people().grammar
    if word in grammar["verbs"]:
        return True
    if word in grammar["cuts"]:
        return not following or following[0] not in grammar["possessives"]
    if word == "in":
        return any(place_word in following for place_word in _place_words())
    if word in {"and", "or", "und", "y", "et", "meets", "with"}:
        return any(is_noun(after) for after in following)
    return False


@cache
def _place_words() -> frozenset[str]:
    return frozenset(word for place in library.places() for word in place.words)


@cache
def _single_nouns() -> frozenset[str]:
    return frozenset(noun for noun, _ in _nouns()) | frozenset(library.people().groups["plurals"])
