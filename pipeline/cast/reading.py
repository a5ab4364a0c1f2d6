"""A text read once: its words with their places, and which known phrases they form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.cast.lexicon import (
    STRAIGHT,
    WORD,
    Phrase,
    built_like,
    folded,
    is_plain,
    phrases,
    singular,
)

MAX_READ = 10_000


@dataclass(frozen=True)
class Token:
    """``clause`` counts commas and stops before it, ``sentence`` only full stops and the like."""

    word: str
    start: int
    end: int
    clause: int
    sentence: int


@dataclass(frozen=True)
class Hit:
    """A known phrase at tokens ``first`` to ``last`` inclusive."""

    first: int
    last: int
    categories: frozenset[str]
    words: tuple[str, ...]

    @property
    def phrase(self) -> str:
        return " ".join(self.words)


class Reading:
    """The words of ``text`` (its first 10,000 characters) and the phrases they form."""

    def __init__(self, text: str) -> None:
        self.text = text[:MAX_READ]
        self.plain = self.text.translate(STRAIGHT)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        found: list[Token] = []
        clause = sentence = end = 0
        for match in WORD.finditer(self.text):
            gap = self.text[end : match.start()]
            stops = any(mark in gap for mark in ".!?;\n|•") and not _decimal(gap, found, match[0])
            sentence += stops
            clause += stops or any(mark in gap for mark in ",:()–—/") or " - " in gap
            found.append(Token(folded(match[0]), match.start(), match.end(), clause, sentence))
            end = match.end()
        return tuple(found)

    @cached_property
    def hits(self) -> tuple[Hit, ...]:
        """Longest known phrases, left to right, without overlap."""
        table, tokens = phrases(), self.tokens
        found: list[Hit] = []
        at = 0
        while at < len(tokens):
            hit = self._longest(table, at)
            if hit:
                found.append(hit)
            at = hit.last + 1 if hit else at + 1
        return tuple(found)

    def _longest(self, table: dict[str, tuple[Phrase, ...]], at: int) -> Hit | None:
        for form in singular(self.tokens[at].word):
            for phrase in table.get(form, ()):
                if self._fits(phrase, at):
                    last = at + len(phrase.words) - 1
                    return Hit(at, last, self._merged(phrase, table, at), phrase.words)
        word = self.tokens[at].word
        built = built_like(word)
        return Hit(at, at, built, (word,)) if built else None

    def _merged(
        self, phrase: Phrase, table: dict[str, tuple[Phrase, ...]], at: int
    ) -> frozenset[str]:
        """Singular and plural may both be listed (brace, braces): a hit is all that it can be."""
        categories = phrase.categories
        for form in singular(self.tokens[at].word):
            for other in table.get(form, ()):
                if len(other.words) == len(phrase.words) and self._fits(other, at):
                    categories |= other.categories
        return categories

    def _fits(self, phrase: Phrase, at: int) -> bool:
        tokens, count = self.tokens, len(phrase.words)
        if at + count > len(tokens):
            return False
        return all(
            phrase.words[step] in singular(tokens[at + step].word)
            and (step == 0 or tokens[at + step].clause == tokens[at].clause)
            for step in range(count)
        )

    @cached_property
    def hit_at(self) -> dict[int, Hit]:
        """Token index -> the hit that covers it."""
        return {at: hit for hit in self.hits for at in range(hit.first, hit.last + 1)}

    def of(self, *categories: str) -> Iterator[Hit]:
        """Hits in any of the categories, in order."""
        wanted = frozenset(categories)
        return (hit for hit in self.hits if hit.categories & wanted)

    def has(self, *categories: str) -> bool:
        return any(True for _ in self.of(*categories))

    def span(self, hit: Hit) -> tuple[int, int]:
        """Start and end in the text."""
        return self.tokens[hit.first].start, self.tokens[hit.last].end

    def glued(self, hit: Hit) -> bool:
        """True when a hyphen joins the hit to the next word, as in "fish-headed"."""
        end = self.tokens[hit.last].end
        return self.plain[end : end + 1] == "-" and self.plain[end + 1 : end + 2].isalpha()

    def word(self, at: int) -> str:
        """The folded word at a token index, empty outside the text."""
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    def unknown(self, at: int) -> bool:
        """True for a word that is neither in the lexicon nor one of the small or plain words."""
        if not 0 <= at < len(self.tokens) or at in self.hit_at:
            return False
        word = self.tokens[at].word
        return len(word) > 2 and word.isalpha() and not is_plain(word)

    def opens_clause(self, at: int) -> bool:
        """True when only an article and words of colour and cloth stand before it in its clause."""
        clause = self.tokens[at].clause
        before = at - 1
        while before >= 0 and self.tokens[before].clause == clause:
            if self.tokens[before].word == "with":
                return True
            hit = self.hit_at.get(before)
            adjective = hit is not None and bool(hit.categories & {"colour", "material", "pattern"})
            if not adjective and self.tokens[before].word not in {"a", "an", "his", "her", "the"}:
                return False
            before -= 1
        return True

    def clause_at(self, place: int) -> int:
        """The clause of the token at or after a place in the text."""
        return next((token.clause for token in self.tokens if token.end > place), -1)

    def near(self, hit: Hit, words: Iterable[str], before: int, after: int) -> bool:
        """True when one of ``words`` stands within so many tokens of the hit, in its sentence."""
        wanted = frozenset(words)
        sentence = self.tokens[hit.first].sentence
        low, high = max(0, hit.first - before), min(len(self.tokens), hit.last + after + 1)
        return any(
            token.word in wanted and token.sentence == sentence for token in self.tokens[low:high]
        )

    def near_any(self, words: Iterable[str]) -> bool:
        """True when any of the words stands anywhere in the text."""
        wanted = frozenset(words)
        return any(token.word in wanted for token in self.tokens)


def _decimal(gap: str, found: list[Token], word: str) -> bool:
    """``1.5`` is one number, not two sentences; ``5ft. 9`` keeps its sentence as well."""
    return gap == "." and bool(found) and found[-1].word[-1:].isdigit() and word[0].isdigit()
