"""Who is in the picture: figures in flat shapes, lit from the side, coloured by their words.

A figure is drawn in its own units: feet at 0, the top of the head at 1, x from the middle. Faces
are left open, as animatics do: a preview shows who stands where, and never pretends to be the
person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.model import CharacterKind
from pipeline.render.camera import Frame
from pipeline.render.creatures import animal, creature, robot, thing
from pipeline.render.palette import Colour, from_hex, luminance, mix, scaled
from pipeline.render.people import person
from pipeline.render.places.canvas import Canvas
from pipeline.render.sheet import Layer, Sheet
from pipeline.render.spec import Figure, Hour, Place
from pipeline.render.stroke import Body, Brush, Look

# Height of a standing person in frame heights, and where the feet are in parts of the frame.
HEIGHTS = {"ELS": 0.16, "LS": 0.38, "MLS": 0.66, "MS": 1.15, "MCU": 1.65, "CU": 2.35, "ECU": 5.6}
HEAD_TOPS = {"MS": 0.14, "MCU": 0.14, "CU": 0.10, "ECU": 0.02}
FOOT_BELOW_HORIZON = {"ELS": 0.05, "LS": 0.16, "MLS": 0.30}
SQUASH = {"top": 0.72, "high": 0.88}
RIM = 0.011
ANIMAL_HEAD = (0.28, 0.68)
"""Middle of the head from the feet, and the tips of the ears, in an animal's own height."""
ANIMAL_CLOSER = 0.8
AMBIENT = {Hour.NIGHT: 0.5, Hour.DUSK: 0.32, Hour.DAWN: 0.28, Hour.DAY: 0.12}


@dataclass(frozen=True)
class Stand:
    """Where a figure stands: foot on the sheet, height in pixels, which way it faces."""

    foot: tuple[float, float]
    height: float
    facing: int


def figure_layers(canvas: Canvas, frame: Frame) -> Iterator[Layer]:
    """One layer a figure, the nearest last; they bob with the beat and sway with the bar."""
    figures = _apart(canvas.spec.figures)
    for number, figure in enumerate(figures):
        stand = _stand(canvas, frame, number, len(figures))
        if figure.kind == CharacterKind.ANIMAL:
            stand = _for_animal(canvas, frame, stand)
        sheet = canvas.sheet()
        _draw(canvas, sheet, figure, stand)
        layer = sheet.layer(
            1.0 + 0.01 * number,
            bob=min(stand.height, canvas.unit) * 0.012,
            sway_turn=0.014 * (-1) ** number,
            pivot=(stand.foot[0], min(stand.foot[1], canvas.height * 1.1)),
        )
        if layer:
            yield layer


def _apart(figures: Sequence[Figure]) -> list[Figure]:
    """Members of a group as figures of their own, with alternating clothes."""
    out: list[Figure] = []
    for figure in figures:
        single = figure.model_copy(update={"count": 1})
        out += [
            single.model_copy(update={"build": 0.3 + 0.4 * (n % 2)}) for n in range(figure.count)
        ]
    return out[:6]


def _stand(canvas: Canvas, frame: Frame, number: int, count: int) -> Stand:
    spec = canvas.spec
    rng = canvas.shot_rng(200 + number)
    height = canvas.unit * HEIGHTS[spec.size] * rng.uniform(0.95, 1.05)
    spread = canvas.unit * min(0.34, 0.1 + HEIGHTS[spec.size] * 0.25)
    third = canvas.unit * 0.2 * float(rng.choice([-1, 1])) if count == 1 else 0.0
    if spec.size in ("CU", "ECU"):
        third *= 0.3
    if spec.place == Place.STUDIO:
        third = 0.0
    x = canvas.width / 2 + third + (number - (count - 1) / 2) * spread
    top = (canvas.height - frame.size[1]) / 2
    if spec.size in HEAD_TOPS:
        foot = top + HEAD_TOPS[spec.size] * frame.size[1] + height
    else:
        below = FOOT_BELOW_HORIZON[spec.size] * canvas.unit * rng.uniform(0.9, 1.2)
        foot = min(canvas.horizon + below, top + frame.size[1] * 0.94)
    facing = 1 if x < canvas.width / 2 else -1
    return Stand((x, foot), height * SQUASH.get(spec.angle, 1.0), facing)


def _for_animal(canvas: Canvas, frame: Frame, stand: Stand) -> Stand:
    """A head that is lower and further forward than a person's, brought to the same place."""
    size = canvas.spec.size
    if size not in HEAD_TOPS:
        return stand
    top = (canvas.height - frame.size[1]) / 2 + HEAD_TOPS[size] * frame.size[1]
    height = stand.height * ANIMAL_CLOSER
    x = canvas.width / 2 - ANIMAL_HEAD[0] * height * stand.facing
    return Stand((x, top + ANIMAL_HEAD[1] * height), height, stand.facing)


def _draw(canvas: Canvas, sheet: Sheet, figure: Figure, stand: Stand) -> None:
    brush = Brush(sheet, stand.foot, stand.height, stand.facing, RIM * 0.3)
    look = _look(canvas, figure)
    body = Body(figure, canvas.shot_rng(300), canvas.spec.energy[0])
    makers = {
        CharacterKind.ANIMAL: animal,
        CharacterKind.ROBOT: robot,
        CharacterKind.CREATURE: creature,
        CharacterKind.OBJECT: thing,
    }
    makers.get(figure.kind, person)(brush, look, body)
    _light(canvas, sheet, stand)


def _look(canvas: Canvas, figure: Figure) -> Look:
    """The figure's own colours where its words name them; else dark shapes of the scene."""
    colours = canvas.colours
    plain = mix(colours.mass, colours.shade, 0.4)
    garment = from_hex(figure.garment) if figure.garment else mix(plain, colours.accent, 0.35)
    hair = from_hex(figure.hair) if figure.hair else scaled(colours.shade, 0.8)
    open_skin = mix(mix(colours.shade, (88.0, 116.0, 168.0), 0.62), colours.haze, 0.15)
    skin = from_hex(figure.skin) if figure.skin else open_skin
    return Look(
        skin=skin,
        hair=_lifted(hair),
        garment=_lifted(garment),
        legs=scaled(mix(garment, colours.shade, 0.7), 0.9),
        glow=mix(colours.light, colours.accent, 0.4),
        dark=scaled(colours.shade, 0.7),
    )


def _lifted(colour: Colour) -> Colour:
    """Never pure black: a shape needs some room for its shadow."""
    return mix(colour, (60.0, 52.0, 50.0), 0.5) if luminance(colour) < 30 else colour


def _light(canvas: Canvas, sheet: Sheet, stand: Stand) -> None:
    """Shadow on the side away from the sun, a bright rim towards it, air in between."""
    side = 1.0 if canvas.sun[0] > stand.foot[0] else -1.0
    columns = np.flatnonzero(sheet.opacity.max(axis=0) > 0.5)
    if not len(columns):
        return
    left, right = float(columns[0]), float(columns[-1]) + 1
    across = (np.arange(canvas.width, dtype=np.float32) - left) / max(1.0, right - left)
    shadow = np.clip(across if side < 0 else 1 - across, 0, 1) ** 1.3 * 0.55
    sheet.wash(canvas.colours.shade, np.repeat(shadow[None, :], canvas.height, axis=0))
    sheet.wash(
        canvas.colours.mass,
        np.full_like(sheet.opacity, AMBIENT[canvas.spec.hour] * 0.55),
    )
    reach = max(1.0, min(stand.height, canvas.unit * 2) * RIM)
    move = np.array([[1, 0, -side * reach], [0, 1, reach * 0.8]], np.float32)
    moved = cv2.warpAffine(sheet.opacity, move, (canvas.width, canvas.height))
    rim = np.clip(sheet.opacity - moved, 0, 1)
    rim = np.asarray(cv2.GaussianBlur(rim, (0, 0), max(0.6, reach * 0.3)), np.float32)
    sheet.wash(canvas.colours.light, np.clip(rim * 0.85, 0, 1))
