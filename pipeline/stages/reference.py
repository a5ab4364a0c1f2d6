"""A reference picture of a character or a location, drawn by the studio itself.

In: the subject's own words, the film's palette. Out: a JPEG in the store, marked as a preview.
Unit of work: one subject. Uploaded or bought pictures take its place; this one costs nothing.
"""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import Field

from pipeline.model import Character, CharacterKind, Frozen, Hex, Location, Name, Still, Style, Text
from pipeline.render.spec import Place, SceneSpec
from pipeline.render.words import figure_of, hour_of, place_of, weather_of
from pipeline.stage import Stage, Workbench

MADE_BY = "preview"


class ReferenceInputs(Frozen):
    """The subject's words and the film's colours; another ``take`` is another drawing."""

    subject_id: str
    subject: Literal["character", "location"]
    name: Name
    description: Text
    kind: CharacterKind = CharacterKind.HUMAN
    time_of_day: Name = ""
    weather: Name = ""
    palette: tuple[Hex, ...] = ()
    look: Text = ""
    take: int = Field(default=1, ge=1)
    width: int = Field(default=1024, ge=256, le=2048, multiple_of=4)
    height: int = Field(default=576, ge=256, le=2048, multiple_of=4)


def inputs_of(subject: Character | Location, style: Style, take: int = 1) -> ReferenceInputs:
    """What a reference of a planned subject depends on."""
    common = {
        "subject_id": subject.id,
        "name": subject.name,
        "description": subject.description,
        "palette": tuple(swatch.hex for swatch in style.palette),
        "look": style.look,
        "take": take,
    }
    if isinstance(subject, Character):
        own = {"subject": "character", "kind": subject.kind}
    else:
        own = {
            "subject": "location",
            "time_of_day": subject.time_of_day,
            "weather": subject.weather,
        }
    return ReferenceInputs.model_validate({**common, **own})


def make(inputs: ReferenceInputs, bench: Workbench) -> Still:
    """Draw the subject and keep the picture."""
    # Here, not above: the drawing library is for workers, and pages import this module.
    from pipeline.render.still import character_still, place_still

    size = (inputs.width, inputs.height)
    draw = character_still if inputs.subject == "character" else place_still
    spec = _character(inputs) if inputs.subject == "character" else _location(inputs)
    return Still(
        subject_id=inputs.subject_id,
        blob=bench.keep_bytes(draw(spec, size), ".jpg"),
        width=inputs.width,
        height=inputs.height,
        made_by=MADE_BY,
        prompt=inputs.description,
    )


def _character(inputs: ReferenceInputs) -> SceneSpec:
    figure = figure_of(inputs.kind, inputs.description)
    return SceneSpec(
        seed=_seed(inputs.subject_id, str(inputs.take)),
        place=Place.STUDIO,
        hour="day",
        palette=inputs.palette,
        figures=(figure,),
        caption=inputs.name,
    )


def _location(inputs: ReferenceInputs) -> SceneSpec:
    words = f"{inputs.name}. {inputs.description}"
    place = place_of(words, inputs.look)
    return SceneSpec(
        seed=_seed(inputs.subject_id, str(inputs.take)),
        place_seed=_seed(words),
        place=place,
        hour=hour_of(place, inputs.time_of_day, words, inputs.look),
        weather=weather_of(inputs.weather, words),
        palette=inputs.palette,
        size="ELS",
        caption=inputs.name,
    )


def _seed(*words: str) -> int:
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:4], "big")


REFERENCE: Stage[ReferenceInputs, Still] = Stage("reference", 1, ReferenceInputs, Still, make)
