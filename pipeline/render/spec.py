"""What the local renderer draws: one shot, completely described. Same spec, same frames."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from pipeline.model import CharacterKind, Frozen, Hex, Seconds, Text, Unit


class Place(StrEnum):
    """The kinds of location that can be drawn."""

    CITY = "city"
    FOREST = "forest"
    MOUNTAIN = "mountain"
    FIELD = "field"
    ROAD = "road"
    SEA = "sea"
    DESERT = "desert"
    STAGE = "stage"
    ROOM = "room"
    STUDIO = "studio"
    SPACE = "space"
    ABSTRACT = "abstract"


class Hour(StrEnum):
    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    CLEAR = "clear"
    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"


class Figure(Frozen):
    """Someone in the picture, as far as their words name shape and colour."""

    kind: CharacterKind = CharacterKind.HUMAN
    hair: Hex | None = None
    garment: Hex | None = None
    long_hair: bool = False
    covered: bool = False
    skirt: bool = False
    coat: bool = False
    skin: Hex | None = None
    singing: bool = False
    build: Unit = 0.5
    count: int = Field(default=1, ge=1, le=6)


class SceneSpec(Frozen):
    """One shot. ``energy`` is sampled every ``energy_step_s``; beats are seconds of shot time.

    ``seed`` makes the shot its own, ``place_seed`` keeps a location the same in all its shots.
    An empty ``palette`` takes the place's usual colours; ``duration_s`` is the length over which
    the camera moves.
    """

    seed: int = Field(ge=0, lt=2**32)
    place_seed: int = Field(default=0, ge=0, lt=2**32)
    place: Place = Place.ABSTRACT
    hour: Hour = Hour.NIGHT
    weather: Weather = Weather.CLEAR
    palette: tuple[Hex, ...] = ()
    size: Literal["ECU", "CU", "MCU", "MS", "MLS", "LS", "ELS"] = "LS"
    angle: Literal["eye", "low", "high", "top", "dutch", "pov"] = "eye"
    movement: Literal[
        "static", "push", "pull", "pan", "tilt", "truck", "orbit", "handheld", "crane"
    ] = "static"
    speed: Literal["slow", "medium", "fast"] = "medium"
    figures: tuple[Figure, ...] = Field(default=(), max_length=4)
    beats_s: tuple[float, ...] = ()
    accents_s: tuple[float, ...] = ()
    energy: tuple[Unit, ...] = (0.5,)
    energy_step_s: float = Field(default=0.1, gt=0)
    caption: Text = ""
    duration_s: Seconds = 5.0
