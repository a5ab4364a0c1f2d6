"""From findings to reasons: words for people, and choices that a click can apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pipeline.cast.findings import Finding
from pipeline.cast.groups import counted
from pipeline.cast.lexicon import data
from pipeline.cast.look import Look
from pipeline.cast.slots import MUST, SHOULD
from pipeline.cast.verdict import Change, Missing, Reason
from pipeline.model import CharacterKind

MAX_QUOTE = 240
BODY_NOUN = {
    CharacterKind.ANIMAL: "its", CharacterKind.ROBOT: "its", CharacterKind.CREATURE: "its",
    CharacterKind.OBJECT: "its",
}  # fmt: skip


@cache
def codes() -> dict[str, Any]:
    """Level, message and fix of every reason code."""
    return data("codes")


@cache
def slot_words() -> dict[str, Any]:
    return data("slots")


def their(look: Look) -> str:
    """His, her, its or their, as the text itself speaks."""
    for hit in look.reading.of("pronoun", "human"):
        word = hit.words[0]
        if word in {"he", "him", "his", "man", "gentleman", "male", "boy", "guy", "father"}:
            return "his"
        if word in {"she", "her", "hers", "woman", "lady", "female", "girl", "mother"}:
            return "her"
    return BODY_NOUN.get(look.kind, "their")


def reason(finding: Finding, look: Look, strict_face: bool = False) -> Reason:
    """The reason with its verbatim quote and the choices to click."""
    entry = codes()[finding.code]
    text = look.reading.text
    start, end = _quoted(text, finding)
    quote = text[start:end]
    strict = strict_face and finding.code == "missing_face_identity"
    return Reason(
        code=finding.code,
        level="error" if strict else entry["level"],
        quote=quote,
        start=start,
        end=end,
        message=entry["message"].replace("{quote}", quote.strip() or "This"),
        fix=entry["fix"],
        choices=_choices(replace(finding, start=start), look, quote),
    )


def _quoted(text: str, finding: Finding) -> tuple[int, int]:
    """The words to quote, without spaces at their ends and at most 240 characters of them."""
    start, end = finding.start, min(finding.end, len(text))
    while start < end and text[start].isspace():
        start += 1
    end = min(end, start + MAX_QUOTE)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _choices(finding: Finding, look: Look, quote: str) -> tuple[Change, ...]:
    if finding.options:
        return tuple(
            Change(f"Keep “{option}”", finding.start, finding.start + len(quote), option)
            for option in dict.fromkeys(finding.options)
        )
    if finding.code in {"ambiguous_age", "minor"}:
        return _insertions(look, "age")
    if finding.code in {"missing_clothing", "missing_hair"}:
        return _insertions(look, finding.code.removeprefix("missing_"))
    if finding.code == "group_count_missing":
        return _insertions(look, "count")
    if finding.removable and quote:
        return (Change("Take these words out", finding.start, finding.start + len(quote), ""),)
    return ()


def _insertions(look: Look, slot: str) -> tuple[Change, ...]:
    """Completions put after the last word, before the closing stop."""
    text = look.reading.text
    at = len(text.rstrip(" .,;:!?\n"))
    return tuple(Change(example, at, at, f", {example}") for example in examples(slot, look) if at)


def examples(slot: str, look: Look) -> tuple[str, ...]:
    if slot == "members":
        return _one_each(counted(look.reading) or 3)
    entry = slot_words().get(f"{slot}_{look.kind.value}", slot_words()[slot])
    return tuple(example.replace("{their}", their(look)) for example in entry["examples"])


def _one_each(number: int) -> tuple[str, ...]:
    """A trait for each of so many members; beyond eight a person must write their own."""
    rows = slot_words()["members"]["traits"]
    return tuple(
        ", ".join(f"one {trait}" for trait in row[:number]) for row in rows if number <= len(row)
    )


def missing(look: Look) -> tuple[Missing, ...]:
    """Open slots, required ones first; the others only while too few of them are said."""
    filled = look.filled
    open_musts = [slot for slot in MUST[look.kind] if slot not in filled.said]
    open_shoulds = [] if filled.complete else _open_shoulds(look)
    return tuple(
        Missing(
            slot=slot,
            label=slot_words()[slot]["label"],
            question=slot_words()[slot]["question"],
            examples=examples(slot, look),
            required=slot in open_musts,
        )
        for slot in (*open_musts, *open_shoulds)
    )


def _open_shoulds(look: Look) -> list[str]:
    return [slot for slot in SHOULD[look.kind] if slot not in look.filled.said]


def merged(findings: Sequence[Finding]) -> list[Finding]:
    """One finding per code and place: a longer one swallows those of its code inside it."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda item: (item.start, -item.end)):
        inside = any(
            other.code == finding.code and other.start <= finding.start and finding.end <= other.end
            for other in kept
        )
        if not inside:
            kept.append(finding)
    return kept
