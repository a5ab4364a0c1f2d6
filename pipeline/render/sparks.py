"""Small lights and weather in the air, drawn on the full-size brightness plane."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.render.spec import Hour, Place, SceneSpec, Weather

Luma = NDArray[np.uint8]


@dataclass(frozen=True)
class Manner:
    """How the sparks of a place behave; speeds in frame heights a second, sizes in parts of it."""

    count: int
    rise: float
    wander: float
    smallest: float
    largest: float
    shine: float


DUST = Manner(60, 0.015, 0.03, 0.0012, 0.004, 0.35)
EMBERS = Manner(80, 0.10, 0.04, 0.0012, 0.0045, 0.6)
FIREFLIES = Manner(46, 0.012, 0.06, 0.003, 0.009, 0.75)
MOTES = Manner(70, 0.05, 0.05, 0.0015, 0.006, 0.6)
MANNERS = {
    Place.FOREST: FIREFLIES,
    Place.STAGE: MOTES,
    Place.ABSTRACT: MOTES,
    Place.SPACE: DUST,
    Place.DESERT: EMBERS,
    Place.CITY: DUST,
}


class Sparks:
    """All sparks of a shot; any frame can be drawn without the ones before it."""

    def __init__(self, spec: SceneSpec, size: tuple[int, int]) -> None:
        self._manner = MANNERS.get(spec.place, DUST)
        self._size = size
        rng = np.random.default_rng((spec.seed, 500))
        count = self._manner.count
        self._x, self._y, self._near = rng.random((3, count))
        self._turn = rng.random(count) * 6.2832
        unit = min(size)
        sizes = np.linspace(self._manner.smallest, self._manner.largest, 4) * unit
        self._dots = [_dot(max(1.0, one)) for one in sizes]
        self._weather = (
            _Weather(spec, size) if spec.weather in (Weather.RAIN, Weather.SNOW) else None
        )
        day = spec.hour == Hour.DAY and spec.place not in (Place.STAGE, Place.ROOM)
        self._shine = self._manner.shine * (0.55 if day else 1.0)

    def draw(self, luma: Luma, flow_s: float, pulse: float, pan: tuple[float, float]) -> None:
        """Add light to a frame's Y plane, in place.

        Args:
            luma: The plane, of the size given at the start.
            flow_s: Music-driven seconds.
            pulse: Strength of the beat, 0..1.
            pan: The camera's shift in frame heights.
        """
        if self._weather:
            self._weather.draw(luma, flow_s)
            return
        width, height = self._size
        manner = self._manner
        near = 0.4 + self._near
        unit = min(self._size)
        x = self._x * width + np.sin(flow_s * 0.8 + self._turn) * manner.wander * unit
        x = (x - pan[0] * unit * near) % width
        y = (self._y * height - flow_s * manner.rise * unit * near - pan[1] * unit * near) % height
        twinkle = 0.55 + 0.45 * np.sin(flow_s * 2.3 + self._turn * 3)
        shine = self._shine * twinkle * (0.45 + 0.75 * pulse)
        for column, row, dot, gain in zip(
            x, y, (self._near * 3.99).astype(int), shine, strict=True
        ):
            _add(luma, self._dots[dot], (int(column), int(row)), float(gain))


class _Weather:
    """Rain or snow as two or three sheets that fall past at different speeds."""

    def __init__(self, spec: SceneSpec, size: tuple[int, int]) -> None:
        rng = np.random.default_rng((spec.seed, 501))
        rain = spec.weather == Weather.RAIN
        self._speeds = (1.7, 2.3) if rain else (0.10, 0.16, 0.24)
        paint = _rain_sheet if rain else _snow_sheet
        self._sheets = [paint(size, rng, layer) for layer in range(len(self._speeds))]

    def draw(self, luma: Luma, flow_s: float) -> None:
        height = luma.shape[0]
        for sheet, speed in zip(self._sheets, self._speeds, strict=True):
            fallen = int(flow_s * speed * height) % height
            split = height - fallen
            cv2.add(luma[fallen:], sheet[:split], dst=luma[fallen:])
            if fallen:
                cv2.add(luma[:fallen], sheet[split:], dst=luma[:fallen])


def _rain_sheet(size: tuple[int, int], rng: np.random.Generator, layer: int) -> Luma:
    sheet = np.zeros((size[1], size[0]), np.uint8)
    unit = min(size)
    for _ in range(150 - 60 * layer):
        x, y = rng.random(2) * size
        long = unit * rng.uniform(0.04, 0.09) * (1 + layer * 0.6)
        tip = (round(x - long * 0.12), round(y + long))
        cv2.line(sheet, (round(x), round(y)), tip, int(rng.uniform(25, 60)), 1 + layer, cv2.LINE_AA)
    return sheet


def _snow_sheet(size: tuple[int, int], rng: np.random.Generator, layer: int) -> Luma:
    sheet = np.zeros((size[1], size[0]), np.uint8)
    unit = min(size)
    for _ in range(110 - 34 * layer):
        x, y = rng.random(2) * size
        dot = _dot(unit * rng.uniform(0.0015, 0.003) * (1 + layer))
        _add(sheet, dot, (round(x), round(y)), rng.uniform(0.25, 0.65))
    return sheet


def _dot(radius: float) -> NDArray[np.uint8]:
    """A soft round light."""
    reach = max(2, round(radius * 2.5))
    at = np.arange(-reach, reach + 1, dtype=np.float32)
    distance = at[None, :] ** 2 + at[:, None] ** 2
    return np.asarray(np.exp(-distance / (radius * radius)) * 230, np.uint8)


def _add(luma: Luma, dot: NDArray[np.uint8], at: tuple[int, int], gain: float) -> None:
    """Add a dot around a point; what lies outside of the frame is left out."""
    reach = dot.shape[0] // 2
    left, top = at[0] - reach, at[1] - reach
    area = luma[max(0, top) : top + dot.shape[0], max(0, left) : left + dot.shape[1]]
    if not area.size:
        return
    part = dot[max(0, -top) :, max(0, -left) :][: area.shape[0], : area.shape[1]]
    cv2.scaleAdd(part, gain, area, dst=area)
