"""The director's knowledge, read once from the tables beside this module and checked.

Every table is TOML that a person can edit; a wrong table fails loudly at its first use, with
the field's name. Weights are relative; nothing here is a rule (the rules are the linter's).
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from pipeline.model import Frozen, Hex

Band = Literal["low", "mid", "high"]
Weights = dict[str, float]


class Palette(Frozen):
    """Colours with their work in the picture; ``valence`` -1..1 and ``arousal`` 0..1."""

    id: str
    words: tuple[str, ...]
    valence: float
    arousal: float
    hours: tuple[str, ...]
    colors: tuple[tuple[Hex, str], ...]
    look: str
    light: str


class Motif(Frozen):
    """One thing that returns. ``[who]`` stands for the lead."""

    id: str
    words: tuple[str, ...]
    valence: float
    arousal: float
    thing: str
    seeds: tuple[str, ...]
    hook: str
    hook_alone: str
    rises: tuple[str, ...]
    rises_alone: tuple[str, ...]
    last: str


class Place(Frozen):
    """A kind of place with what can be seen and done there."""

    id: str
    name: str
    words: tuple[str, ...]
    tags: tuple[str, ...]
    hours: tuple[str, ...]
    description: str
    open: str
    setting: Literal["open", "street", "inside"]
    tight: bool = False
    acts: tuple[str, ...]
    sights: tuple[str, ...]


class Genre(Frozen):
    """Habits of a kind of music; ``bpm`` is the usual range."""

    id: str
    words: tuple[str, ...]
    bpm: tuple[float, float]
    arousal: float
    valence: float
    performance: float
    places: tuple[str, ...]
    casts: tuple[str, ...]
    habits: str


class Lead(Frozen):
    id: str
    name: str
    description: str


class Story(Frozen):
    id: str
    valence: float
    arousal: float
    logline: str
    concept: str
    ending: str


class Part(Frozen):
    """What a part of the song asks for; ``quiet`` is its mix where nobody sings."""

    names: tuple[str, ...]
    task: str
    mix: Weights
    quiet: Weights


class Limits(Frozen):
    """Times in seconds."""

    locations_per_3_min: int
    seconds_per_location: float
    seen_every_s: float
    seconds_per_action: float
    quick_below_s: float
    stretch_s: float


class Movement(Frozen):
    low: tuple[tuple[str, str, float], ...]
    mid: tuple[tuple[str, str, float], ...]
    high: tuple[tuple[str, str, float], ...]
    by_purpose: dict[str, Weights]
    words: dict[str, str]
    speeds: dict[str, str]


class Angles(Frozen):
    by_size: dict[str, Weights]
    by_energy: dict[str, Weights]


class Reach(Frozen):
    """Words of an action that ask for room or for nearness, and what that does to sizes."""

    words: tuple[str, ...]
    sizes: Weights


class Grammar(Frozen):
    sizes: dict[str, Weights]
    lean: dict[str, Weights]
    angles: Angles
    lenses: dict[str, Weights]
    size_words: dict[str, str]
    angle_words: dict[str, str]
    lens_words: dict[str, str]
    reach: dict[str, Reach]


class Lighting(Frozen):
    """``hours`` by setting, then by hour; ``bends`` by part, for ``someone`` or ``nobody``."""

    hours: dict[str, dict[str, tuple[str, ...]]]
    hour_words: dict[str, tuple[str, ...]]
    weather_words: dict[str, tuple[str, ...]]
    bends: dict[str, dict[str, tuple[str, ...]]]


class Transitions(Frozen):
    crossfade_below_energy: float
    crossfade_inside_part: float
    hard_beat_energy: float
    fade_last_below_energy: float


class People(Frozen):
    """Words by which a brief names who is seen."""

    nouns: dict[str, tuple[str, ...]]
    groups: dict[str, tuple[str, ...]]
    masks: dict[str, tuple[str, ...]]
    grammar: dict[str, tuple[str, ...]]
    small_words: dict[str, tuple[str, ...]]


Actions = dict[str, dict[str, Any]]
"""Lines by purpose, then by body and band, or by the band alone."""
_ACTIONS = TypeAdapter(dict[str, dict[str, list[str] | dict[str, list[str]]]])


@cache
def table(name: str) -> dict[str, Any]:
    """One TOML file of this folder."""
    with Path(__file__).with_name(f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def palettes() -> tuple[Palette, ...]:
    return tuple(Palette.model_validate(row) for row in table("palettes")["palette"])


@cache
def motifs() -> tuple[Motif, ...]:
    return tuple(Motif.model_validate(row) for row in table("motifs")["motif"])


@cache
def places() -> tuple[Place, ...]:
    return tuple(Place.model_validate(row) for row in table("locations")["location"])


@cache
def genres() -> tuple[Genre, ...]:
    return tuple(Genre.model_validate(row) for row in table("genres")["genre"])


@cache
def leads() -> tuple[Lead, ...]:
    return tuple(Lead.model_validate(row) for row in table("cast")["lead"])


@cache
def stories() -> tuple[Story, ...]:
    return tuple(Story.model_validate(row) for row in table("stories")["story"])


@cache
def parts() -> dict[str, Part]:
    rows = {name: row for name, row in table("pacing").items() if name != "limits"}
    return {name: Part.model_validate(row) for name, row in rows.items()}


@cache
def limits() -> Limits:
    return Limits.model_validate(table("pacing")["limits"])


@cache
def movement() -> Movement:
    return Movement.model_validate(table("movement"))


@cache
def grammar() -> Grammar:
    return Grammar.model_validate(table("grammar"))


@cache
def lighting() -> Lighting:
    return Lighting.model_validate(table("lighting"))


@cache
def transitions() -> Transitions:
    return Transitions.model_validate(table("transitions"))


@cache
def people() -> People:
    return People.model_validate(table("people"))


@cache
def actions() -> Actions:
    return dict(_ACTIONS.validate_python(table("actions")))


def band_of(energy: float) -> Band:
    """Low below 0.4, high from 0.7."""
    if energy < 0.4:
        return "low"
    return "high" if energy >= 0.7 else "mid"


@cache
def named_colours() -> dict[str, str]:
    """Colour words of several languages with a hex tone each."""
    return dict(table("palettes")["named"])


@cache
def tone_of(hex_code: str) -> str:
    """What people call a colour: the nearest of the table, by distance in red, green and blue."""
    tones: dict[str, str] = table("palettes")["tones"]
    return min(tones, key=lambda name: _distance(tones[name], hex_code))


def _distance(one: str, other: str) -> int:
    """Weighted squared distance, as the eye sees green best (the usual 3, 4, 2)."""
    pairs = ((int(one[n : n + 2], 16), int(other[n : n + 2], 16)) for n in (1, 3, 5))
    return sum(weight * (a - b) ** 2 for weight, (a, b) in zip((3, 4, 2), pairs, strict=True))
