"""A description field that is judged while one types.

The browser sends the text 150 ms after a pause; the answer marks the words, lists the findings
and offers completions to click. Each edit has a sequence number, and an answer to an older edit
touches nothing, so no letter and no caret is ever lost. All words are set as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from pipeline.cast import Reason, Verdict, apply_fix
from pipeline.errors import RefusedEdit

MOST_CHARACTERS = 10_000
MOST_FINDINGS = 24
BEST_WORDS = (20, 90)


@dataclass(frozen=True)
class FieldState:
    """What the field shows: ``seq`` is the number of the edit that ``text`` answers."""

    text: str
    verdict: Verdict
    seq: int = 0
    label: str = "Description"
    disabled: bool = False


@dataclass(frozen=True)
class FieldEdit:
    """One message of the browser. ``commit`` says that the person rests or has left the field."""

    seq: int
    text: str
    commit: bool = False
    chip: str = ""


def description_field(key: str, state: FieldState, on_edit: Callable[[FieldEdit], None]) -> None:
    """Draw the field.

    Args:
        key: Widget key, one for each character.
        state: What to show.
        on_edit: Called before the run that follows an edit.
    """
    key = field_key(key)

    def changed() -> None:
        edit = read_edit(st.session_state[key].edit)
        if edit is not None:
            on_edit(edit)

    _component()(key=key, data=packed(state), on_edit_change=changed)


def field_key(key: str) -> str:
    """A key that a component takes: two underscores are refused, and old ids may hold them."""
    return "-".join(part for part in key.split("_") if part)


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _component() -> Callable[..., Any]:
    return st.components.v2.component(
        "description_field", js=_text("description_field.js"), css=_text("description_field.css")
    )


def read_edit(raw: Any) -> FieldEdit | None:
    """The browser's message, bounded; None when it is not one."""
    if not isinstance(raw, dict):
        return None
    seq, text, chip = raw.get("seq"), raw.get("text"), raw.get("chip", "")
    if not isinstance(seq, int) or not isinstance(text, str) or not isinstance(chip, str):
        return None
    return FieldEdit(
        max(0, min(seq, 2**31)),
        _as_one_text(text[:MOST_CHARACTERS]),
        commit=raw.get("commit") is True,
        chip=chip[:200],
    )


def _as_one_text(text: str) -> str:
    """Without what cannot be stored as UTF-8: half a surrogate pair, and the null character."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")


def with_chip(edit: FieldEdit, verdict: Verdict) -> str:
    """The text after the edit's clicked chip; the text itself when there is none any more.

    Args:
        edit: The edit.
        verdict: The verdict on the edit's own text.
    """
    kind, _, rest = edit.chip.partition("|")
    name, _, index = rest.rpartition("|")
    if not index.isdigit():
        return edit.text
    found = _gaps(verdict) if kind == "gap" else _reasons(verdict)
    finding = found.get(name)
    try:
        return edit.text if finding is None else apply_fix(edit.text, finding, int(index))
    except RefusedEdit:
        return edit.text


def _gaps(verdict: Verdict) -> dict[str, Any]:
    return {gap.slot: gap for gap in verdict.missing}


def _reasons(verdict: Verdict) -> dict[str, Any]:
    return {_name(reason): reason for reason in verdict.reasons}


def _name(reason: Reason) -> str:
    return f"{reason.code}:{reason.start}"


def packed(state: FieldState) -> dict[str, Any]:
    """Everything the browser draws. Offsets are in UTF-16 units, as the browser counts."""
    text, verdict = state.text, state.verdict
    offered = {example for gap in verdict.missing for example in gap.examples}
    shown = verdict.reasons[:MOST_FINDINGS]
    return {
        "seq": state.seq,
        "text": text,
        "label": state.label,
        "hint": "Age, hair, clothes with their colours, and two lasting marks. 20 to 90 words.",
        "most": MOST_CHARACTERS,
        "disabled": state.disabled,
        "grade": verdict.verdict,
        "state": in_words(text, verdict),
        "marks": [_place(text, item) for item in _apart(shown)],
        "findings": [_finding(text, item, offered) for item in shown],
        "gaps": [_gap(gap) for gap in verdict.missing],
    }


def in_words(text: str, verdict: Verdict) -> str:
    """One line that says how it stands."""
    count = len(text.split())
    words = f"{count} word{'' if count == 1 else 's'}"
    errors = sum(item.level == "error" for item in verdict.reasons)
    advice = len(verdict.reasons) - errors
    if verdict.verdict == "good":
        return f"Complete. {words}."
    parts = [f"{errors} to settle before anything is paid"] if errors else []
    parts += [f"{advice} to consider"] if advice else []
    best = f"; {BEST_WORDS[0]} to {BEST_WORDS[1]} is best" if count < BEST_WORDS[0] else ""
    return f"{', '.join(parts)}. {words}{best}."


def _apart(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Marks must not overlap: errors first, then the earlier ones."""
    kept: list[Reason] = []
    for reason in sorted(reasons, key=lambda item: (item.level != "error", item.start - item.end)):
        free = all(reason.end <= other.start or other.end <= reason.start for other in kept)
        if reason.quote and free:
            kept.append(reason)
    return sorted(kept, key=lambda item: item.start)


def _units(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le")) // 2


def _place(text: str, reason: Reason) -> dict[str, Any]:
    return {
        "start": _units(text, reason.start),
        "end": _units(text, reason.end),
        "level": reason.level,
        "message": f"{reason.message} {reason.fix}",
    }


def _finding(text: str, reason: Reason, offered: set[str]) -> dict[str, Any]:
    """A finding; completions that stand beside their open slot are not offered twice."""
    chips = [
        {"id": f"reason|{_name(reason)}|{index}", "label": choice.label}
        for index, choice in enumerate(reason.choices)
        if choice.label not in offered
    ]
    return {**_place(text, reason), "message": reason.message, "fix": reason.fix, "chips": chips}


def _gap(gap: Any) -> dict[str, Any]:
    chips = [
        {"id": f"gap|{gap.slot}|{index}", "label": example}
        for index, example in enumerate(gap.examples)
    ]
    return {"label": gap.label, "question": gap.question, "required": gap.required, "chips": chips}
