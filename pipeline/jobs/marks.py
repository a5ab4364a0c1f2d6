"""A mark by which an order is told from the same order of another studio on the same account.

The vendor's list names neither who asked nor from where, and takes no field of ours. Models with
a seed get one of its own with every attempt. For the others the prompt ends in a few blanks, of
which each attempt has its own random row: nothing is drawn differently for them, and they come
back in the list. A row with the blanks of another is never taken; where the vendor should cut all
blanks off, a row is judged by the rest of its inputs.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

BLANKS = " \n\t"
LENGTH = 12
FIELD = "prompt"
SEED = "seed"
MOST_LETTERS = 1900
"""Longer prompts are not marked: the shortest limit of a model is 2000."""


def marked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of an attempt with its mark, where nothing else makes it unique."""
    prompt = inputs.get(FIELD)
    if SEED in inputs or not isinstance(prompt, str) or len(prompt) > MOST_LETTERS:
        return dict(inputs)
    mark = "".join(secrets.choice(BLANKS) for _letter in range(LENGTH))
    return {**inputs, FIELD: prompt.rstrip(BLANKS) + mark}


def unmarked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The same inputs for every attempt at the same thing."""
    prompt = inputs.get(FIELD)
    return {**inputs, FIELD: prompt.rstrip(BLANKS)} if isinstance(prompt, str) else dict(inputs)


def is_marked(inputs: Mapping[str, Any]) -> bool:
    prompt = inputs.get(FIELD)
    return isinstance(prompt, str) and len(_split(prompt)[1]) == LENGTH


def may_be(sent: Mapping[str, Any], listed: Mapping[str, Any], *, marks_kept: bool) -> bool:
    """Whether a row of the vendor's list may be what was sent; the vendor may add its defaults.

    Args:
        sent: The plain inputs of an attempt.
        listed: The inputs of the row.
        marks_kept: Whether the vendor is seen to give marks back: then one without ours is
            somebody else's.
    """
    if not sent:
        return False
    expected, missing = unmarked(sent), object()
    found = unmarked(listed)
    if any(found.get(name, missing) != expected[name] for name in expected):
        return False
    if not is_marked(sent) or not (marks_kept or is_marked(listed)):
        return True
    return bool(sent[FIELD] == listed[FIELD])


def _split(prompt: str) -> tuple[str, str]:
    words = prompt.rstrip(BLANKS)
    return words, prompt[len(words) :]
