"""Words: how a line falls into words, how words share its time, and which slot holds them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.model import Lyrics, Word
from pipeline.timebase import tidy_s

LONGEST_WORD = 120
# Scripts that write no spaces: Thai, Lao, Khmer, kana, Han. Each sign is a word of its own.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_PIECES = re.compile(f"{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\\S)+")
# Their punctuation stands as close as they do.
_TIGHT = re.compile(f"{UNSPACED.pattern}|[\\u3000-\\u303f\\uff01-\\uff60]")
SHORTEST_S = 0.05


def words_in(lyrics: Lyrics, start_s: float, end_s: float) -> tuple[Word, ...]:
    """Words that begin in ``start_s <= t < end_s``: in a partition each word has one slot."""
    return tuple(word for word in lyrics.words if start_s <= word.start_s < end_s)


def split_words(text: str) -> list[str]:
    """The words of a line; signs of scripts without spaces stand alone."""
    pieces = [piece[:LONGEST_WORD] for piece in _PIECES.findall(text)]
    return _with_punctuation(pieces)


def joined(texts: Sequence[str]) -> str:
    """Words as one writes them: a space between two, but none inside a script without spaces."""
    line = ""
    for text in texts:
        tight = line and _TIGHT.match(line[-1]) and _TIGHT.match(text[:1])
        line += text if tight or not line else f" {text}"
    return line


def _with_punctuation(pieces: list[str]) -> list[str]:
    """Pieces without a letter or digit are joined to the word before them."""
    words: list[str] = []
    for piece in pieces:
        if words and not any(sign.isalnum() for sign in piece):
            words[-1] = (words[-1] + piece)[:LONGEST_WORD]
        else:
            words.append(piece)
    return words


def spread(
    texts: Sequence[str], span_s: tuple[float, float], line: int, quality: float
) -> list[Word]:
    """Words that share a stretch in proportion to their length, one after the other.

    Args:
        texts: The words.
        span_s: Start and end of the stretch in seconds.
        line: Index of their line.
        quality: How well these times are known, 0..1.
    """
    start_s, end_s = span_s
    weights = [2.0 + len(text) for text in texts]
    scale = max(SHORTEST_S * len(texts), end_s - start_s) / (sum(weights) or 1.0)
    words, at = [], start_s
    for text, weight in zip(texts, weights, strict=True):
        until = at + weight * scale
        words.append(
            Word(
                text=text,
                start_s=tidy_s(max(0.0, at)),
                end_s=tidy_s(max(0.0, until)),
                line=line,
                quality=quality,
            )
        )
        at = until
    return words
