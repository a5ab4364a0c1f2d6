"""One painter a location; each yields the layers of a shot from back to front."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.render.places.beyond import abstract, space
from pipeline.render.places.canvas import Canvas, Layers
from pipeline.render.places.city import city
from pipeline.render.places.inside import room, stage, studio
from pipeline.render.places.land import desert, field, mountain, road
from pipeline.render.places.water import sea
from pipeline.render.places.woods import forest
from pipeline.render.spec import Place

PAINTERS: dict[Place, Callable[[Canvas], Layers]] = {
    Place.CITY: city,
    Place.FOREST: forest,
    Place.MOUNTAIN: mountain,
    Place.FIELD: field,
    Place.ROAD: road,
    Place.SEA: sea,
    Place.DESERT: desert,
    Place.STAGE: stage,
    Place.ROOM: room,
    Place.STUDIO: studio,
    Place.SPACE: space,
    Place.ABSTRACT: abstract,
}

__all__ = ["PAINTERS", "Canvas"]
