"""People: body, clothes, hair, and the pose that fits what they do."""

from __future__ import annotations

from pipeline.model import CharacterKind
from pipeline.render.palette import mix, scaled
from pipeline.render.stroke import Body, Brush, Look, Point

Arm = tuple[Point, Point]

POSES: dict[str, tuple[Arm, Arm, float]] = {
    # (elbow, hand) of the far and the near arm, and how far the feet are apart
    "rest": (((-0.15, 0.66), (-0.135, 0.50)), ((0.15, 0.66), (0.145, 0.50)), 0.05),
    "walk": (((-0.12, 0.65), (-0.03, 0.53)), ((0.14, 0.66), (0.20, 0.54)), 0.11),
    "sing": (((-0.17, 0.68), (-0.23, 0.58)), ((0.15, 0.69), (0.075, 0.83)), 0.065),
    "reach": (((-0.16, 0.66), (-0.19, 0.52)), ((0.20, 0.85), (0.25, 1.02)), 0.07),
    "up": (((-0.19, 0.88), (-0.17, 1.07)), ((0.19, 0.88), (0.17, 1.07)), 0.085),
}


def person(brush: Brush, look: Look, body: Body) -> None:
    """A standing person, seen a little from the side."""
    pose = _pose(body)
    (far, near, apart), wide = POSES[pose], 0.9 + 0.25 * body.figure.build
    if body.figure.long_hair and not body.figure.covered:
        _hair_behind(brush, look)
    _arm(brush, look, (-0.105 * wide, 0.795), far)
    _legs(brush, look, body, apart)
    _torso(brush, look, body, wide)
    _head(brush, look, body)
    _arm(brush, look, (0.105 * wide, 0.795), near)
    if pose == "sing":
        _microphone(brush, look, near[1])


def _pose(body: Body) -> str:
    if body.figure.singing:
        return "sing"
    calm = ("rest", "walk", "rest", "reach")
    lively = ("walk", "reach", "up", "up")
    return str(body.rng.choice(lively if body.energy > 0.66 else calm))


def _arm(brush: Brush, look: Look, shoulder: Point, arm: Arm) -> None:
    elbow, hand = arm
    brush.limb([shoulder, elbow], [0.062, 0.05], look.garment)
    brush.limb([elbow, hand], [0.048, 0.034], scaled(look.garment, 0.93))
    brush.oval(hand, (0.021, 0.026), look.skin)


def _legs(brush: Brush, look: Look, body: Body, apart: float) -> None:
    for side in (-1, 1):
        knee = (side * (0.045 + apart * 0.45), 0.27)
        foot = (side * apart, 0.025)
        shade = scaled(look.legs, 0.85 if side < 0 else 1.0)
        colour = look.skin if body.figure.skirt else shade
        brush.limb([(side * 0.045, 0.50), knee, foot], [0.095, 0.07, 0.05], colour)
        toe = foot[0] + 0.045
        brush.shape(
            [
                (foot[0] - 0.03, 0),
                (foot[0] - 0.03, 0.045),
                (foot[0] + 0.02, 0.045),
                (toe, 0.015),
                (toe, 0),
            ],
            look.dark,
        )
    if body.figure.skirt:
        brush.shape(
            [
                (-0.085, 0.58),
                (0.085, 0.58),
                (0.15, 0.27),
                (0.05, 0.25),
                (-0.05, 0.26),
                (-0.15, 0.27),
            ],
            look.garment,
        )


def _torso(brush: Brush, look: Look, body: Body, wide: float) -> None:
    shoulder, waist, hip = 0.125 * wide, 0.078 * wide, 0.092 * wide
    brush.shape(
        [(-shoulder, 0.81), (-0.04, 0.85), (0.04, 0.85), (shoulder, 0.81), (shoulder * 0.92, 0.72),
         (waist, 0.60), (hip, 0.47), (-hip, 0.47), (-waist, 0.60), (-shoulder * 0.92, 0.72)],
        look.garment,
    )  # fmt: skip
    if body.figure.coat:
        hem = [(-0.09, 0.58), (0.09, 0.58), (0.14, 0.22), (0.05, 0.20), (-0.05, 0.21)]
        brush.shape([*hem, (-0.14, 0.23)], look.garment)
        fold = scaled(look.garment, 0.7)
        brush.limb([(0.012, 0.62), (0.03, 0.4), (0.04, 0.22)], [0.003, 0.006, 0.01], fold)
    lapel = mix(look.garment, look.dark, 0.35)
    brush.sharp([(-0.035, 0.845), (0.035, 0.845), (0.008, 0.70), (-0.008, 0.70)], lapel, 0.8)
    brush.limb([(0, 0.80), (0, 0.875)], [0.062, 0.055], scaled(look.skin, 0.85))


def _head(brush: Brush, look: Look, body: Body) -> None:
    brush.oval((0.004, 0.925), (0.05, 0.069), look.skin)
    brush.shape(
        [(0.02, 0.87), (0.05, 0.885), (0.055, 0.94), (0.062, 0.925), (0.05, 0.90)], look.skin
    )
    if body.figure.covered or body.figure.kind == CharacterKind.MASKED:
        _mask(brush, look)
        return
    _face(brush, look, body)
    fringe = [(-0.056, 0.90), (-0.062, 0.965), (-0.03, 1.003), (0.02, 1.006), (0.056, 0.975),
              (0.058, 0.945), (0.03, 0.972), (-0.012, 0.968), (-0.036, 0.94)]  # fmt: skip
    brush.shape(fringe, look.hair)
    brush.oval((-0.041, 0.943), (0.022, 0.048), look.hair)


def _face(brush: Brush, look: Look, body: Body) -> None:
    """Lids, brows and lips, no more: closed eyes belong to nobody in particular."""
    line = scaled(mix(look.skin, look.dark, 0.75), 0.8)
    for x in (-0.004, 0.03):
        brush.limb(
            [(x - 0.009, 0.932), (x, 0.929), (x + 0.009, 0.932)], [0.002, 0.0036, 0.002], line
        )
        brush.limb([(x - 0.010, 0.948), (x + 0.009, 0.949)], [0.0028, 0.0036], line)
    brush.limb(
        [(0.018, 0.925), (0.022, 0.908), (0.014, 0.905)],
        [0.002, 0.003, 0.002],
        scaled(look.skin, 0.72),
    )
    lips = mix(look.skin, (70.0, 60.0, 150.0), 0.5)
    if body.figure.singing:
        brush.oval((0.014, 0.886), (0.0105, 0.0085), scaled(lips, 0.45))
    else:
        brush.limb([(0.002, 0.888), (0.014, 0.886), (0.026, 0.888)], [0.003, 0.006, 0.003], lips)


def _mask(brush: Brush, look: Look) -> None:
    """A hood or helmet with a lit visor."""
    brush.shape(
        [(-0.07, 0.84), (-0.078, 0.95), (-0.03, 1.02), (0.03, 1.02), (0.074, 0.95), (0.066, 0.84)],
        scaled(look.hair, 1.0),
    )
    brush.shape(
        [(-0.035, 0.87), (-0.04, 0.95), (0.0, 0.975), (0.056, 0.955), (0.05, 0.875), (0.01, 0.855)],
        look.dark,
    )
    brush.limb([(-0.02, 0.925), (0.045, 0.928)], [0.012, 0.012], look.glow)


def _hair_behind(brush: Brush, look: Look) -> None:
    brush.shape(
        [
            (-0.06, 0.97),
            (0.05, 0.97),
            (0.066, 0.85),
            (0.06, 0.74),
            (0.0, 0.71),
            (-0.085, 0.73),
            (-0.088, 0.86),
        ],
        scaled(look.hair, 0.8),
    )


def _microphone(brush: Brush, look: Look, hand: Point) -> None:
    brush.limb([hand, (0.035, 0.872)], [0.016, 0.012], look.dark)
    brush.oval((0.034, 0.876), (0.017, 0.017), mix(look.dark, look.glow, 0.35))
