"""What a language model is told: rules from files, the person's material as JSON data.

Texts of the person are values of one JSON document and never part of a template, so no brace,
mark or quotation in them can change what is asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.knowledge import library
from pipeline.model import Frozen, Slot
from pipeline.planning.drafting import Draft
from pipeline.planning.inputs import PlanInputs, kept_fields
from pipeline.planning.parts import stretches
from pipeline.planning.styling import fill
from pipeline.planning.wire import schema_for
from pipeline.providers.openai_text import TextRequest

TOKENS_PER_SHOT = 320
TOKENS_FIXED = 4_000
TOKENS_REASONING = 8_000
MOST_LYRIC_CHARS = 12_000
SHOTS_BEFORE = 4
FRAME = ("treatment", "style", "characters", "locations")


@dataclass(frozen=True)
class Question:
    """What one request asks for: slots, members beside the shots, and what to mend."""

    slots: tuple[Slot, ...]
    members: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def request_for(question: Question, inputs: PlanInputs, draft: Draft, model: str) -> TextRequest:
    """The request of a question, self-contained: no earlier turn is needed to answer it."""
    begun = draft.framed or bool(draft.shots)
    instructions = _text("prompt_plan")
    if begun:
        instructions = f"{instructions}\n{_text('prompt_part')}"
    facts = _facts(question, inputs, draft, begun)
    document = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    asked = f"{_repair(question)}{document}"
    ids = [slot.id for slot in question.slots]
    return TextRequest(
        model=model,
        instructions=instructions,
        turns=(("user", asked),),
        schema=schema_for(ids, question.members),
        max_output_tokens=tokens_out(len(ids)),
    )


def tokens_out(shots: int) -> int:
    """The most tokens that an answer with so many shots may cost, reasoning included."""
    return TOKENS_FIXED + TOKENS_REASONING + shots * TOKENS_PER_SHOT


def tokens_in(request: TextRequest) -> int:
    """An upper estimate of a question's tokens: two bytes a token, schema included."""
    size = len(request.instructions.encode()) + sum(len(t.encode()) for _, t in request.turns)
    schema = len(json.dumps(request.schema)) if request.schema else 0
    return 200 + (size + schema) // 2


def _repair(question: Question) -> str:
    if not question.problems:
        return ""
    members = f" and {', '.join(question.members)}" if question.members else ""
    problems = "\n".join(f"- {problem}" for problem in question.problems)
    return fill(_text("prompt_repair"), {"problems": problems, "members": members}) + "\n"


def _facts(question: Question, inputs: PlanInputs, draft: Draft, begun: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "song": _song(inputs),
        "craft": _craft(inputs),
        "brief": inputs.brief,
        "style_words": inputs.style.words,
        "fixed_palette": [one.model_dump() for one in inputs.style.palette],
        "lyrics": _lyrics(inputs.lyrics_lines),
        "fixed_characters": [_plain(one, ("role", "locked", "proposed")) for one in draft.fixed],
        "fixed_locations": [_plain(one) for one in inputs.locations],
        "kept_shots": _kept(inputs),
        "slots": [_slot(slot) for slot in question.slots],
    }
    if begun:
        facts["decided"] = _decided(draft)
        facts["shots_before"] = _before(question, inputs, draft)
    return facts


def _song(inputs: PlanInputs) -> dict[str, Any]:
    mood = inputs.mood
    return {
        "duration_s": round(inputs.duration_s, 1),
        "tempo_bpm": inputs.tempo_bpm and round(inputs.tempo_bpm, 1),
        "metre": inputs.metre,
        "mood": {"label": mood.label, "valence": mood.valence, "arousal": mood.arousal},
        "sections": [
            {
                "label": one.label,
                "start_s": round(one.start_s, 1),
                "end_s": round(one.end_s, 1),
                "energy": round(100 * one.energy),
            }
            for one in inputs.sections[:200]
        ],
    }


def _craft(inputs: PlanInputs) -> dict[str, str]:
    """The task of each part that this song has."""
    present = dict.fromkeys(stretch.part for stretch in stretches(inputs.slots))
    return {part: library.parts()[part].task for part in present}


def _lyrics(lines: Sequence[str]) -> list[str]:
    """The lines as far as there is room for them."""
    kept: list[str] = []
    room = MOST_LYRIC_CHARS
    for line in lines:
        room -= len(line)
        if room < 0:
            break
        kept.append(line)
    return kept


def _kept(inputs: PlanInputs) -> list[dict[str, Any]]:
    return [
        {"slot_id": shot.slot_id}
        | {
            name: value
            for name, value in shot.model_dump(mode="json").items()
            if name in kept_fields(shot) and name not in {"energy", "planned_s"}
        }
        for shot in inputs.shots
        if shot.locked
    ]


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "slot_id": slot.id,
        "number": slot.index + 1,
        "start_s": round(slot.start_s, 2),
        "seconds": round(slot.duration_s, 2),
        "section": slot.section,
        "energy": round(100 * slot.energy),
        "sung": bool(slot.lyric.strip()),
        "lyric": slot.lyric[:400],
    }


def _decided(draft: Draft) -> dict[str, Any]:
    return {
        "treatment": draft.treatment.model_dump(),
        "style": {"look": draft.look, "light": draft.light},
        "characters": [_plain(one, ("locked", "proposed")) for one in draft.characters.values()],
        "locations": [_plain(one) for one in draft.locations.values()],
    }


def _before(question: Question, inputs: PlanInputs, draft: Draft) -> list[dict[str, Any]]:
    first = question.slots[0].index if question.slots else 0
    earlier = [slot for slot in inputs.slots if slot.index < first and slot.id in draft.shots]
    fields = {"slot_id", "size", "movement", "location_id", "character_ids", "action", "motif"}
    return [
        draft.shots[slot.id].model_dump(mode="json", include=fields)
        for slot in earlier[-SHOTS_BEFORE:]
    ]


def _plain(one: Frozen, without: Sequence[str] = ()) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude=set(without))


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")
