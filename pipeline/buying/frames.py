"""Start frames of shots: one picture that holds person and place together, as the shot begins.

A portrait says who and not where, and a clip that starts from it starts in front of a studio wall.
An image model draws the shot's first moment from its words and the approved pictures of its cast.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from pipeline.model import Blob, Digest, Frozen, Name, ScenePlan, Shot
from pipeline.money.catalogue import Model
from pipeline.money.payloads import Request
from pipeline.planning.prompts import prompt_for
from pipeline.planning.voices import VOICES
from pipeline.stage import canonical, digest_of

SHOWN = (
    *("purpose", "size", "angle", "movement", "speed", "lens", "light", "action", "energy"),
    *("location_id", "character_ids", "singer", "negative"),
)
"""Fields of a shot that are seen in its clip."""
IN_TIME = ("movement", "speed", "negative")
"""Fields of those that a single picture does not show."""


class FrameInputs(Frozen):
    """All that a start frame depends on.

    ``shown`` is the digest of the decisions that are seen in it, ``pictures`` are approved ones of
    who and where as they are sent along; another ``take`` is another picture.
    """

    slot_id: str
    shown: Digest
    pictures: tuple[Blob, ...] = ()
    aspect: Name
    take: int = Field(default=1, ge=1)


def shown_of(shot: Shot, plan: ScenePlan) -> dict[str, Any]:
    """The decisions on which the pictures of a shot depend."""
    cast = [one for one in plan.characters if one.id in shot.character_ids]
    return {
        "shot": {name: getattr(shot, name) for name in SHOWN},
        "cast": [[one.name, one.kind, one.description] for one in cast],
        "place": [one for one in plan.locations if one.id == shot.location_id],
        "style": plan.style,
    }


def frame_inputs(
    shot: Shot, plan: ScenePlan, pictures: tuple[Blob, ...], aspect: str, take: int
) -> FrameInputs:
    """What the start frame of a shot depends on.

    Args:
        shot: The shot.
        plan: Its plan.
        pictures: Approved pictures of its cast and place, as many as are sent.
        aspect: The film's ratio.
        take: Number of the drawing, from 1.
    """
    shown = shown_of(shot, plan)
    still = {name: value for name, value in shown["shot"].items() if name not in IN_TIME}
    digest = digest_of(canonical({**shown, "shot": still}))
    return FrameInputs(
        slot_id=shot.slot_id, shown=digest, pictures=pictures, aspect=aspect, take=take
    )


def most_sent(model: Model) -> int:
    """How many pictures an image model looks at."""
    return model.references_max if model.names.references or model.names.reference else 0


def frame_request(
    shot: Shot, plan: ScenePlan, model: Model, sent: tuple[str, ...], aspect: str
) -> Request:
    """The order of a start frame, without the addresses of its pictures.

    Args:
        shot: The shot.
        plan: Its plan.
        model: The image model.
        sent: Names of who and what the pictures show that are sent along, in their order.
        aspect: The film's ratio.
    """
    shows = "; ".join(f"image {index} shows {name}" for index, name in enumerate(sent, start=1))
    faithful = f"{shows[0].upper()}{shows[1:]}: draw them as they are there. " if shows else ""
    room = model.prompt_limit - len(faithful)
    return Request(
        prompt=faithful + prompt_for(shot, plan, "still", VOICES, room).text,
        aspect=aspect,
        resolution=model.resolutions[0],
    )
