"""A brush that draws in a figure's own units: feet at 0, head at 1, facing right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.render.palette import Colour
from pipeline.render.sheet import Sheet
from pipeline.render.spec import Figure

Point = tuple[float, float]


@dataclass(frozen=True)
class Look:
    skin: Colour
    hair: Colour
    garment: Colour
    legs: Colour
    glow: Colour
    dark: Colour


@dataclass(frozen=True)
class Body:
    """Who it is, and what chance and energy make of the pose."""

    figure: Figure
    rng: np.random.Generator
    energy: float


@dataclass(frozen=True)
class Brush:
    """Turns figure units into pixels of a sheet."""

    sheet: Sheet
    foot: Point
    height: float
    facing: int
    grain: float

    def at(self, point: Point) -> Point:
        x, y = point
        return self.foot[0] + x * self.facing * self.height, self.foot[1] - y * self.height

    def shape(self, points: Sequence[Point], colour: Colour, strength: float = 1.0) -> None:
        """A filled outline, its corners rounded off."""
        self.sheet.polygon([self.at(one) for one in _rounded(points)], colour, strength)

    def sharp(self, points: Sequence[Point], colour: Colour, strength: float = 1.0) -> None:
        self.sheet.polygon([self.at(one) for one in points], colour, strength)

    def oval(self, centre: Point, radii: Point, colour: Colour, strength: float = 1.0) -> None:
        grown = (radii[0] * self.height, radii[1] * self.height)
        self.sheet.ellipse(self.at(centre), grown, colour, strength)

    def limb(self, joints: Sequence[Point], widths: Sequence[float], colour: Colour) -> None:
        """A chain of tapering capsules."""
        for index in range(len(joints) - 1):
            (ax, ay), (bx, by) = joints[index], joints[index + 1]
            a, b = widths[index] / 2, widths[index + 1] / 2
            length = max(1e-6, ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
            nx, ny = -(by - ay) / length, (bx - ax) / length
            self.sharp(
                [(ax + nx * a, ay + ny * a), (bx + nx * b, by + ny * b),
                 (bx - nx * b, by - ny * b), (ax - nx * a, ay - ny * a)],
                colour,
            )  # fmt: skip
            self.oval((bx, by), (b, b), colour)
        first = widths[0] / 2
        self.oval(joints[0], (first, first), colour)


def _rounded(points: Sequence[Point]) -> list[Point]:
    """Two rounds of corner cutting (Chaikin)."""
    outline = list(points)
    for _ in range(2):
        cut: list[Point] = []
        for (ax, ay), (bx, by) in zip(outline, [*outline[1:], outline[0]], strict=True):
            cut.append((ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25))
            cut.append((ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75))
        outline = cut
    return outline
