"""The plan as it travels: plain objects whose fields are all required, and the way home.

Strict schemas allow no defaults, no dictionaries and no tuples, and servers differ in how far
they check: everything is read again here with care, and what is wrong is said in words that a
model can act on.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from pipeline.model import Character, CharacterKind, Location, Shot, Slot, Swatch, Transition

TERMS = ("purpose", "size", "angle", "movement", "speed", "lens", "transition")
LONGEST_ACTION = 400
LONGEST_TEXT = 2_000
LONGEST_NAME = 80


class Wire(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WireTreatment(Wire):
    logline: str
    concept: str
    motif: str
    ending: str


class WireSwatch(Wire):
    hex: str
    role: str


class WireStyle(Wire):
    look: str
    light: str
    palette: list[WireSwatch]


class WireCharacter(Wire):
    id: str
    name: str
    kind: Literal["human", "masked", "animal", "robot", "creature", "object", "group"]
    description: str
    role: str


class WireLocation(Wire):
    id: str
    name: str
    description: str
    time_of_day: str
    weather: str


class WireShot(Wire):
    slot_id: str
    purpose: Literal["performance", "narrative", "abstract", "detail", "establishing"]
    size: Literal["ECU", "CU", "MCU", "MS", "MLS", "LS", "ELS"]
    angle: Literal["eye", "low", "high", "top", "dutch", "pov"]
    movement: Literal[
        "static", "push", "pull", "pan", "tilt", "truck", "orbit", "handheld", "crane"
    ]
    speed: Literal["slow", "medium", "fast"]
    lens: Literal["wide", "normal", "long"]
    light: str
    action: str
    lyric_cue: str
    location_id: str
    character_ids: list[str]
    singer: str
    transition: Literal["cut", "crossfade", "fade"]
    motif: bool
    notes: str


class WirePlan(Wire):
    treatment: WireTreatment
    style: WireStyle
    characters: list[WireCharacter]
    locations: list[WireLocation]
    shots: list[WireShot]


def schema_for(slot_ids: Sequence[str], members: Sequence[str]) -> dict[str, Any]:
    """A self-contained strict schema for exactly these slots.

    Args:
        slot_ids: Slots that are asked for.
        members: Which members of the plan are asked for; shots always are.
    """
    schema = _plain(WirePlan)
    wanted = [name for name in schema["properties"] if name in {*members, "shots"}]
    schema["properties"] = {name: schema["properties"][name] for name in wanted}
    schema["required"] = wanted
    if not slot_ids:
        return schema
    shots = schema["properties"]["shots"]
    shots |= {"minItems": len(slot_ids), "maxItems": len(slot_ids)}
    shots["items"]["properties"]["slot_id"]["enum"] = list(slot_ids)
    return schema


def shot_of(row: Mapping[str, Any], slot: Slot) -> tuple[Shot | None, str]:
    """The shot that a row means for a slot, or None and what is wrong with it."""
    fields = {name: _term(name, row.get(name)) for name in TERMS}
    texts = {name: _text(row.get(name)) for name in ("light", "lyric_cue", "notes")}
    people = row.get("character_ids")
    fields |= {
        "action": _text(row.get("action"), LONGEST_ACTION),
        "location_id": _text(row.get("location_id"), LONGEST_NAME),
        "singer": _text(row.get("singer"), LONGEST_NAME),
        "character_ids": tuple(
            _text(one, LONGEST_NAME) for one in (people if isinstance(people, list) else ())[:8]
        ),
        "motif": row.get("motif") is True,
    }
    if not fields["action"]:
        return None, "its action is empty"
    try:
        shot = Shot(
            slot_id=slot.id, energy=slot.energy, planned_s=slot.duration_s, **texts, **fields
        )
    except ValidationError as error:
        return None, "; ".join(_wrong(fault, row) for fault in error.errors()[:3])
    return shot, ""


def character_of(row: Mapping[str, Any]) -> Character | None:
    name, text = _text(row.get("name"), LONGEST_NAME), _text(row.get("description"))
    if not name or not text:
        return None
    kind = str(row.get("kind", "")).strip().lower()
    known = kind if kind in {one.value for one in CharacterKind} else CharacterKind.HUMAN
    ident = clean_id(row.get("id") or name)
    role = _text(row.get("role"))
    return Character(id=ident, name=name, kind=CharacterKind(known), description=text, role=role)


def location_of(row: Mapping[str, Any]) -> Location | None:
    name, text = _text(row.get("name"), LONGEST_NAME), _text(row.get("description"))
    if not name:
        return None
    return Location(
        id=clean_id(row.get("id") or name),
        name=name,
        description=text or name,
        time_of_day=_text(row.get("time_of_day"), LONGEST_NAME),
        weather=_text(row.get("weather"), LONGEST_NAME),
    )


def palette_of(rows: Any) -> tuple[Swatch, ...]:
    """The swatches whose hex is readable, at most eight."""
    found = []
    for row in rows if isinstance(rows, list) else ():
        tone = str(row.get("hex", "")).strip().lower() if isinstance(row, dict) else ""
        tone = tone if tone.startswith("#") else f"#{tone}"
        if len(tone) == 7 and all(digit in "0123456789abcdef" for digit in tone[1:]):
            found.append(Swatch(hex=tone, role=_text(row.get("role"), LONGEST_NAME)))
    return tuple(found[:8])


def clean_id(value: Any) -> str:
    """An id as the model may have meant it, in the form that ids have here."""
    text = "".join(c if c.isascii() and c.isalnum() else "-" for c in str(value).casefold())
    return "-".join(part for part in text.split("-") if part)[:40] or "one"


def text_of(row: Any, name: str) -> str:
    """A text member of an object, clean and bounded; empty when it is not there."""
    return _text(row.get(name)) if isinstance(row, Mapping) else ""


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A string without control characters, bounded."""
    if not isinstance(value, str):
        return ""
    clean = "".join(c if c.isprintable() or c in "\n\t" else " " for c in value)
    return clean.strip()[:longest]


def _term(name: str, value: Any) -> Any:
    """A term in our spelling, or the value as it is when it is none of ours."""
    if not isinstance(value, str):
        return value
    word = value.strip()
    allowed = _allowed(name)
    for form in (word, word.lower(), word.upper()):
        if form in allowed:
            return form
    key = word.lower().replace("_", " ").replace("-", " ")
    return _synonyms().get(name, {}).get(key, word)


@cache
def _allowed(name: str) -> frozenset[str]:
    annotation = Shot.model_fields[name].annotation
    if annotation is Transition:
        return frozenset(one.value for one in Transition)
    return frozenset(get_args(annotation))


@cache
def _synonyms() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_name("wire_terms.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _wrong(fault: Any, row: Mapping[str, Any]) -> str:
    name = str(fault["loc"][0]) if fault["loc"] else "?"
    if name in TERMS:
        said = str(row.get(name))[:40]
        return f"{name} is {said!r}, but must be one of {', '.join(sorted(_allowed(name)))}"
    return f"{name} is not valid"


def _plain(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema without references, titles and descriptions."""
    raw = copy.deepcopy(model.model_json_schema())
    definitions = raw.pop("$defs", {})

    def flat(node: Any) -> Any:
        if isinstance(node, list):
            return [flat(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return flat(definitions[node["$ref"].rsplit("/", 1)[1]])
        return {
            key: flat(value)
            for key, value in node.items()
            if not (key in {"title", "description"} and isinstance(value, str))
        }

    found: dict[str, Any] = flat(raw)
    return found
