"""Animals, robots, creatures and things."""

from __future__ import annotations

import numpy as np

from pipeline.render.palette import mix, scaled
from pipeline.render.stroke import Body, Brush, Look

ANIMAL_SIZE = 0.62


def animal(brush: Brush, look: Look, body: Body) -> None:
    """A four-legged one, fox or wolf by its outline."""
    coat, dark = look.garment, scaled(look.garment, 0.7)
    s = ANIMAL_SIZE * (0.85 + 0.3 * body.figure.build)
    for x, shade in ((-0.30, dark), (0.20, dark), (-0.22, coat), (0.28, coat)):
        joints = [(x * s, 0.42 * s), ((x + 0.015) * s, 0.2 * s), (x * s, 0.02 * s)]
        brush.limb(joints, [0.15 * s, 0.075 * s, 0.055 * s], shade)
    tail = [(-0.36, 0.5), (-0.55, 0.46), (-0.75, 0.56), (-0.84, 0.7), (-0.68, 0.66), (-0.52, 0.58)]
    brush.shape([(x * s, y * s) for x, y in tail], coat)
    trunk = [(-0.38, 0.5), (-0.3, 0.66), (0.0, 0.62), (0.25, 0.72), (0.42, 0.62), (0.36, 0.42),
             (0.1, 0.36), (-0.25, 0.36)]  # fmt: skip
    brush.shape([(x * s, y * s) for x, y in trunk], coat)
    head = [(0.28, 0.62), (0.3, 0.86), (0.42, 0.94), (0.54, 0.88), (0.7, 0.79), (0.69, 0.75),
            (0.5, 0.71), (0.42, 0.58)]  # fmt: skip
    brush.shape([(x * s, y * s) for x, y in head], coat)
    for x in (0.31, 0.42):
        ear = [(x, 0.88), (x + 0.02, 1.06), (x + 0.11, 0.91)]
        brush.sharp([(a * s, b * s) for a, b in ear], coat if x > 0.4 else dark)
    brush.shape(
        [(0.36 * s, 0.62 * s), (0.38 * s, 0.46 * s), (0.28 * s, 0.4 * s), (0.3 * s, 0.6 * s)],
        mix(coat, (235.0, 240.0, 245.0), 0.5),
    )
    brush.oval((0.5 * s, 0.845 * s), (0.014 * s, 0.018 * s), look.glow)
    brush.oval((0.69 * s, 0.775 * s), (0.02 * s, 0.017 * s), look.dark)


def robot(brush: Brush, look: Look, body: Body) -> None:
    """Plates, joints and a lit visor."""
    for side in (-1, 1):
        _robot_side(brush, look, side)
    _robot_middle(brush, look)


def _robot_side(brush: Brush, look: Look, side: int) -> None:
    """One leg and one arm."""
    shell, joint = look.garment, look.dark
    brush.limb(
        [(side * 0.06, 0.48), (side * 0.075, 0.27), (side * 0.08, 0.05)],
        [0.05, 0.05, 0.05],
        joint,
    )
    for low, high in ((0.06, 0.25), (0.29, 0.47)):
        x = side * 0.075
        brush.shape([(x - 0.05, low), (x - 0.055, high), (x + 0.055, high), (x + 0.05, low)], shell)
    brush.shape(
        [
            (side * 0.08 - 0.06, 0),
            (side * 0.08 - 0.05, 0.06),
            (side * 0.08 + 0.06, 0.06),
            (side * 0.08 + 0.08, 0),
        ],
        scaled(shell, 0.8),
    )
    brush.limb(
        [(side * 0.16, 0.79), (side * 0.21, 0.63), (side * 0.2, 0.47)],
        [0.05, 0.045, 0.04],
        joint,
    )
    brush.oval((side * 0.165, 0.79), (0.06, 0.06), shell)
    brush.shape(
        [(side * 0.17, 0.62), (side * 0.25, 0.62), (side * 0.235, 0.47), (side * 0.175, 0.47)],
        shell,
    )


def _robot_middle(brush: Brush, look: Look) -> None:
    """Chest with its lamp, head with its visor."""
    shell, joint = look.garment, look.dark
    brush.shape(
        [(-0.14, 0.84), (0.14, 0.84), (0.13, 0.64), (0.07, 0.5), (-0.07, 0.5), (-0.13, 0.64)], shell
    )
    brush.sharp([(-0.09, 0.79), (0.09, 0.79), (0.075, 0.69), (-0.075, 0.69)], scaled(shell, 0.72))
    brush.oval((0, 0.74), (0.03, 0.03), look.glow)
    brush.limb([(0, 0.83), (0, 0.88)], [0.05, 0.05], joint)
    brush.shape(
        [(-0.075, 0.87), (-0.08, 0.985), (-0.04, 1.01), (0.04, 1.01), (0.08, 0.985), (0.075, 0.87)],
        shell,
    )
    brush.sharp([(-0.05, 0.955), (0.07, 0.955), (0.065, 0.92), (-0.045, 0.92)], look.dark)
    brush.limb([(-0.03, 0.938), (0.055, 0.938)], [0.014, 0.014], look.glow)


def creature(brush: Brush, look: Look, body: Body) -> None:
    """Tall, cloaked, horned, with eyes that glow."""
    cloak = look.garment
    hem = [(-0.26 + 0.065 * n, 0.03 * (n % 2)) for n in range(9)]
    brush.shape(
        [*hem, (0.2, 0.5), (0.15, 0.78), (0.05, 0.86), (-0.05, 0.86), (-0.15, 0.78), (-0.2, 0.5)],
        cloak,
    )
    brush.sharp([(-0.02, 0.8), (0.05, 0.8), (0.1, 0.02), (-0.07, 0.02)], scaled(cloak, 0.65), 0.7)
    brush.shape(
        [(-0.085, 0.8), (-0.09, 0.93), (0, 1.0), (0.09, 0.93), (0.085, 0.8), (0, 0.75)],
        scaled(cloak, 1.15),
    )
    brush.shape(
        [(-0.05, 0.82), (-0.055, 0.91), (0, 0.945), (0.06, 0.91), (0.05, 0.82), (0, 0.79)],
        look.dark,
    )
    for side in (-1, 1):
        brush.oval((side * 0.022 + 0.005, 0.875), (0.01, 0.013), look.glow)
        horn = [
            (side * 0.06, 0.94),
            (side * 0.12, 1.04),
            (side * 0.1, 1.15),
            (side * 0.085, 1.05),
            (side * 0.03, 0.97),
        ]
        brush.shape(horn, mix(look.hair, look.skin, 0.4))
        hand = [(side * 0.18, 0.62), (side * 0.24, 0.5), (side * 0.22, 0.42), (side * 0.16, 0.5)]
        brush.shape(hand, scaled(look.skin, 0.8))


def thing(brush: Brush, look: Look, body: Body) -> None:
    """A faceted stone on a slender stand, the sign for any object that matters."""
    corners = [(0.0, 0.92), (0.16, 0.74), (0.12, 0.5), (0.0, 0.36), (-0.12, 0.5), (-0.16, 0.74)]
    centre = (0.02, 0.66)
    for index, corner in enumerate(corners):
        following = corners[(index + 1) % len(corners)]
        bright = 0.65 + 0.5 * abs(np.sin(index * 1.9 + 0.6))
        brush.sharp(
            [corner, following, centre],
            mix(scaled(look.garment, bright), look.glow, 0.12 * (index % 3)),
        )
    brush.sharp([(-0.02, 0.36), (0.02, 0.36), (0.05, 0.0), (-0.05, 0.0)], look.dark)
    brush.shape([(-0.13, 0.0), (-0.1, 0.04), (0.1, 0.04), (0.13, 0.0)], look.dark)
