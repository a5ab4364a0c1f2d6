"""Stages by name, for processes that are told what to compute. Nothing is imported before."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from pipeline.errors import InternalFault
from pipeline.stage import Stage

PLACES = {
    "listen": "pipeline.stages.analyze:LISTEN",
    "analyze": "pipeline.stages.analyze:ANALYZE",
    "locate": "pipeline.stages.locate:LOCATE",
    "align": "pipeline.lyrics.align:ALIGN",
    "slots": "pipeline.stages.slots:SLOTS",
    "plan": "pipeline.stages.plan:PLAN",
    "reference": "pipeline.stages.reference:REFERENCE",
    "preview": "pipeline.stages.generate:PREVIEW",
    "poster": "pipeline.stages.poster:POSTER",
    "viewing-copy": "pipeline.stages.viewing_copy:VIEWING_COPY",
    "inspect": "pipeline.stages.inspect:INSPECT",
    "piece": "pipeline.stages.compose:PIECE",
    "sound": "pipeline.stages.compose:SOUND",
    "compose": "pipeline.stages.compose:COMPOSE",
}


def stage_named(name: str) -> Stage[Any, Any]:
    """The stage of a name.

    Raises:
        InternalFault: There is no such stage.
    """
    place = PLACES.get(name)
    if place is None:
        raise InternalFault(f"There is no stage {name!r}.")
    module, attribute = place.split(":")
    found: Stage[Any, Any] = getattr(import_module(module), attribute)
    return found
