"""Streets and skylines, wet by night."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.render.palette import mix, scaled
from pipeline.render.places.canvas import Canvas, Layers, ground, mist, reflection, sky
from pipeline.render.sheet import Layer, Sheet
from pipeline.render.spec import Hour

ROWS = (
    # depth, nearness, lowest and highest roof over the horizon, width of a house
    (0.18, 0.12, 0.18, 0.46, 0.07),
    (0.32, 0.38, 0.14, 0.60, 0.10),
    (0.52, 0.72, 0.10, 0.78, 0.15),
)


def city(canvas: Canvas) -> Layers:
    """Three rows of houses with lit windows, signs, a street that mirrors them."""
    above: list[Layer] = []
    for layer in sky(canvas, 0.45):
        above.extend([layer] if layer else [])
        yield layer
    for number, row in enumerate(ROWS):
        layer = _houses(canvas, number, *row)
        above.extend([layer] if layer else [])
        yield layer
        if number < 2:
            yield mist(canvas, row[0] + 0.05, canvas.horizon - canvas.unit * 0.05, 0.45)
    yield ground(canvas, 0.75)
    yield reflection(canvas, above, 0.75 if canvas.dark else 0.35)
    yield _lamps(canvas)


def _houses(
    canvas: Canvas, number: int, depth: float, nearness: float, *shape: float
) -> Layer | None:
    low, high, wide = shape
    sheet = canvas.sheet()
    rng = canvas.rng(10 + number)
    walls = np.zeros((canvas.height, canvas.width), np.uint8)
    lit = np.zeros_like(walls)
    # Below the street, which is nearer and moves faster, and must never uncover the sky.
    foot = int(canvas.horizon + canvas.unit * 0.12)
    x = -int(rng.uniform(0, wide) * canvas.unit)
    while x < canvas.width:
        width = int(canvas.unit * wide * rng.uniform(0.5, 1.3))
        roof = int(canvas.horizon - canvas.unit * rng.uniform(low, high) * rng.uniform(0.55, 1))
        cv2.rectangle(walls, (x, roof), (x + width, foot), 255, -1)
        if rng.random() < 0.3:
            mast = roof - int(canvas.unit * rng.uniform(0.02, 0.08))
            cv2.line(walls, (x + width // 2, roof), (x + width // 2, mast), 255, 1)
        _windows(lit, (x, roof, width, int(canvas.horizon)), rng, (canvas.unit, wide))
        x += width + int(rng.random() < 0.25) * int(canvas.unit * wide * rng.uniform(0.1, 0.6))
    sheet.fill(walls, canvas.distant(nearness))
    sheet.fade_down(canvas.colours.haze, canvas.horizon - canvas.unit * 0.35, canvas.horizon, 0.35)
    share = {Hour.NIGHT: 0.95, Hour.DUSK: 0.7, Hour.DAWN: 0.4, Hour.DAY: 0.18}[canvas.spec.hour]
    sheet.fill(lit & walls, mix(canvas.colours.light, canvas.colours.accent, 0.25), share)
    if number == 2:
        _signs(canvas, sheet, walls, rng)
    return sheet.layer(depth)


def _windows(
    lit: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
    box: tuple[int, int, int, int],
    rng: np.random.Generator,
    scale: tuple[float, float],
) -> None:
    left, top, width, bottom = box
    pane = max(2, round(scale[0] * scale[1] * 0.07))
    step = pane * 2
    busy = rng.uniform(0.08, 0.5)
    for y in range(top + step, bottom - step, step):
        for x in range(left + pane, left + width - pane, step):
            if rng.random() < busy:
                cv2.rectangle(
                    lit, (x, y), (x + pane - 1, y + pane - 1), int(rng.integers(90, 255)), -1
                )


def _signs(
    canvas: Canvas, sheet: Sheet, walls: np.ndarray[tuple[int, int], np.dtype[np.uint8]],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Upright neon with its glow, on walls only."""
    neon = np.zeros_like(walls)
    for _ in range(7):
        x = int(rng.uniform(0, canvas.width))
        y = int(canvas.horizon - canvas.unit * rng.uniform(0.12, 0.42))
        width = int(canvas.unit * rng.uniform(0.012, 0.03))
        height = int(canvas.unit * rng.uniform(0.05, 0.15))
        cv2.rectangle(neon, (x, y), (x + width, y + height), 255, -1)
    neon &= walls
    soft = np.asarray(cv2.GaussianBlur(neon, (0, 0), canvas.unit * 0.02), np.uint8)
    sheet.fill(soft & walls, canvas.colours.accent, 0.8)
    sheet.fill(neon, mix(canvas.colours.accent, (255.0, 255.0, 255.0), 0.35))


def _lamps(canvas: Canvas) -> Layer | None:
    """Street lamps on both sides, nearer ones taller, with halos."""
    sheet = canvas.sheet()
    post = scaled(canvas.colours.shade, 0.8)
    for side in (-1, 1):
        for step in range(4):
            near = (step + 1) / 4
            x = canvas.width / 2 + side * canvas.unit * (0.16 + 0.62 * near**1.5)
            foot = canvas.horizon + canvas.unit * 0.03 + canvas.unit * 0.22 * near**2
            top = foot - canvas.unit * (0.12 + 0.62 * near**1.4)
            thick = max(1.0, canvas.unit * 0.009 * near)
            arm = -side * canvas.unit * 0.07 * near
            sheet.polygon(
                [(x - thick, foot), (x - thick, top), (x + thick, top), (x + thick, foot)], post
            )
            sheet.polygon(
                [(x, top), (x + arm, top - 2), (x + arm, top + thick), (x, top + 2 * thick)], post
            )
            head = (x + arm, top + thick)
            sheet.glow(head, canvas.unit * 0.13 * (0.4 + near), canvas.colours.light, 0.6)
            bulb = canvas.unit * 0.012 * (0.4 + near)
            sheet.ellipse(head, (bulb, bulb), canvas.colours.light, 0.95)
    return sheet.layer(0.85)
