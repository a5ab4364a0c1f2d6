"""What a refused prompt was likely refused for, and the same prompt in milder words.

Vendors say that they refuse, not why. The words are a list kept by hand; nothing is sent in
other words unless the person takes them over.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path


def likely_words(prompt: str) -> tuple[str, ...]:
    """Words of a prompt on which filters usually trip, in their order, each once."""
    found = (match[0].lower() for match in _pattern().finditer(prompt))
    return tuple(dict.fromkeys(found))


def milder(prompt: str, only: Collection[str] | None = None) -> str:
    """The prompt with those words replaced, or some of them; unchanged when there are none."""

    def replaced(match: re.Match[str]) -> str:
        word = match[0].lower()
        return match[0] if only is not None and word not in only else _words()[word]

    return _pattern().sub(replaced, prompt)


def marked(prompt: str) -> tuple[tuple[str, bool], ...]:
    """The prompt in parts, each with whether filters usually trip on it; they join to the whole."""
    parts, at = [], 0
    for match in _pattern().finditer(prompt):
        parts += [(prompt[at : match.start()], False), (match[0], True)]
        at = match.end()
    return tuple(part for part in (*parts, (prompt[at:], False)) if part[0])


def explained(message: str, prompt: str) -> tuple[str, str]:
    """A refusal with the words that were likely meant, and a way out with others for them."""
    words = likely_words(prompt)[:6]
    if not words:
        return message, "Reword the shot's action or its characters, then make another take."
    quoted = ", ".join(f"“{word}”" for word in words)
    instead = ", ".join(f"“{_words()[word]}” for “{word}”" for word in words)
    return f"{message} Likely meant: {quoted}.", f"Reword the shot, for instance {instead}."


@cache
def _words() -> dict[str, str]:
    with Path(__file__).with_name("moderation.toml").open("rb") as file:
        words: dict[str, str] = tomllib.load(file)["words"]
    return words


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(map(re.escape, _words()))})\b", re.IGNORECASE)
