"""What the validator says: a verdict, its reasons in the text's own words, and what is missing.

Offsets count characters of the text that was judged. Nothing here changes a text unasked:
:func:`apply_fix` is called for the choice that a person clicked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeVar

from pipeline.errors import RefusedEdit
from pipeline.model import CharacterKind

Item = TypeVar("Item")
Level = Literal["error", "warn"]
Grade = Literal["good", "warn", "error"]


@dataclass(frozen=True)
class Change:
    """One click: ``text[start:end]`` gives way to ``text``; equal ends insert."""

    label: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Reason:
    """Why a video model fails on these words. ``quote`` is ``text[start:end]``, may be empty."""

    code: str
    level: Level
    quote: str
    start: int
    end: int
    message: str
    fix: str
    choices: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Missing:
    """A slot that the text leaves to chance, with example completions to choose from."""

    slot: str
    label: str
    question: str
    examples: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class Verdict:
    """``error`` stops paid generation, ``warn`` advises. ``kind`` is the kind judged by."""

    verdict: Grade
    kind: CharacterKind
    language_judged: bool
    reasons: tuple[Reason, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The reason codes, each once, in the order of the reasons."""
        return tuple(dict.fromkeys(reason.code for reason in self.reasons))


def apply_fix(text: str, finding: Reason | Missing, choice: int | str) -> str:
    """The text after a click on one offered choice.

    Args:
        text: The text that was judged to get ``finding``.
        finding: A reason (its ``choices`` are indexed) or a missing slot (its ``examples``).
        choice: Index of the offered choice or, for a missing slot, the person's own words.

    Raises:
        RefusedEdit: The choice does not exist, or the text is no longer the one judged.
    """
    if isinstance(finding, Missing):
        words = choice if isinstance(choice, str) else _offered(finding.examples, choice)
        return appended(text, words)
    if isinstance(choice, str):
        raise RefusedEdit("This finding has fixed choices.", "Pick one of those offered.")
    change = _offered(finding.choices, choice)
    if text[finding.start : finding.end] != finding.quote or change.end > len(text):
        raise RefusedEdit(
            "The text has changed since it was judged.", "Wait for the new findings and pick again."
        )
    return _tidied(text, change)


def appended(text: str, words: str) -> str:
    """``words`` as a further detail at the end of ``text``, with its punctuation in order."""
    body = text.rstrip()
    if not body:
        return words[:1].upper() + words[1:]
    stop = body[-1] if body[-1] in ".!?" else ""
    return f"{body.rstrip(' .,;:!?')}, {words}{stop}"


def _offered(choices: tuple[Item, ...], index: int) -> Item:
    if not 0 <= index < len(choices):
        raise RefusedEdit("That choice is not offered any more.", "Pick one of those shown.")
    return choices[index]


def _tidied(text: str, change: Change) -> str:
    """Apply the change; only a removal touches the spaces and commas right at its seam."""
    before, after = text[: change.start], text[change.end :]
    if change.text:
        return before + change.text + after
    before = re.sub(r"(?:[ ,;]|\b(?:and|but|or|with|in)(?= *$))+$", "", before.rstrip())
    after = after.lstrip(" ")
    if not before:
        after = after.lstrip(" ,;.")
        return after[:1].upper() + after[1:]
    joint = "" if not after or after[0] in ".,;:!?" else " "
    return before + joint + after
