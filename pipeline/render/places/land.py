"""Mountains, fields, roads and deserts."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from pipeline.render.noise import fbm, ridge, smooth_ridge
from pipeline.render.palette import mix, scaled
from pipeline.render.places.canvas import Canvas, Layers, ground, mist, sky
from pipeline.render.sheet import Layer, Sheet


def mountain(canvas: Canvas) -> Layers:
    """Four ranges, the far ones pale, snow on the middle one."""
    yield from sky(canvas, 0.6)
    for number, (depth, nearness, tall) in enumerate(
        ((0.1, 0.2, 0.52), (0.2, 0.45, 0.4), (0.38, 0.75, 0.24), (0.6, 1.0, 0.12))
    ):
        sheet = canvas.sheet()
        line = ridge(canvas.width, canvas.seed(30 + number), 0.58, 9)
        heights = canvas.horizon + canvas.unit * 0.06 * number - line * canvas.unit * tall
        sheet.ground(heights.astype(np.float32), canvas.distant(nearness))
        if number < 2:
            _snow(canvas, sheet, heights)
        sheet.fade_down(
            canvas.colours.haze,
            canvas.horizon - canvas.unit * 0.2,
            canvas.horizon + canvas.unit * 0.1,
            0.35,
        )
        yield sheet.layer(depth)
        if number < 2:
            yield mist(canvas, depth + 0.04, canvas.horizon - canvas.unit * 0.02, 0.35)
    yield ground(canvas, 0.9, 0.8)


def _snow(
    canvas: Canvas, sheet: Sheet, heights: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> None:
    """Light on everything that faces the sun, more of it towards the tops."""
    side = 1 if canvas.sun[0] > canvas.width / 2 else -1
    slope = np.convolve(np.gradient(heights), np.ones(13) / 13, "same") * side
    rows = np.arange(canvas.height, dtype=np.float32)[:, None]
    below = (rows - heights[None, :]) / (canvas.unit * 0.3)
    cracks = fbm((canvas.width, canvas.height), canvas.seed(36), (0.8, 1.6))
    lit = np.clip(1 - below - cracks * 0.9, 0, 1) * np.clip(0.45 + slope[None, :] * 0.5, 0.1, 1)
    sheet.wash(mix(canvas.colours.light, (255.0, 255.0, 255.0), 0.3), lit.astype(np.float32) * 0.8)


def field(canvas: Canvas) -> Layers:
    """Rolling hills with a lone tree, grass before the lens."""
    yield from sky(canvas, 0.7)
    for number, (depth, nearness, tall) in enumerate(
        ((0.15, 0.15, 0.16), (0.35, 0.4, 0.13), (0.6, 0.65, 0.1))
    ):
        sheet = canvas.sheet()
        line = smooth_ridge(canvas.width, canvas.seed(40 + number), 3)
        heights = canvas.horizon + canvas.unit * 0.07 * number - line * canvas.unit * tall
        sheet.ground(heights.astype(np.float32), canvas.distant(nearness))
        sheet.fade_down(canvas.colours.light, canvas.height, float(heights.min()), 0.25)
        if number == 1:
            _lone_tree(canvas, sheet, heights)
        yield sheet.layer(depth)
    yield ground(canvas, 0.8, 0.85)
    yield _grass(canvas)


def _lone_tree(
    canvas: Canvas, sheet: Sheet, heights: np.ndarray[tuple[int], np.dtype[np.float32]]
) -> None:
    rng = canvas.rng(45)
    x = canvas.width * rng.choice([0.28, 0.72])
    y = float(heights[int(x)])
    size = canvas.unit * 0.26
    colour = canvas.distant(0.8)
    trunk = size * 0.035
    sheet.polygon(
        [
            (x - trunk, y + 4),
            (x - trunk / 2, y - size * 0.6),
            (x + trunk / 2, y - size * 0.6),
            (x + trunk, y + 4),
        ],
        colour,
    )
    for _ in range(22):
        at = (x + rng.normal(0, size * 0.17), y - size * (0.68 + rng.normal(0, 0.11)))
        radius = size * rng.uniform(0.07, 0.15)
        sheet.ellipse(at, (radius * 1.2, radius), scaled(colour, rng.uniform(0.85, 1.12)))


def _grass(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    rng = canvas.rng(46)
    for _ in range(150):
        x = rng.uniform(0, canvas.width)
        tall = canvas.unit * rng.uniform(0.08, 0.3)
        lean = rng.normal(0, tall * 0.3)
        wide = canvas.unit * 0.004
        bottom = canvas.height
        foot = canvas.horizon + canvas.unit * 0.42
        points = [
            (x - wide, bottom),
            (x - wide, foot),
            (x + lean, foot - tall),
            (x + wide, foot),
            (x + wide, bottom),
        ]
        sheet.polygon(points, scaled(canvas.colours.shade, rng.uniform(0.7, 1.3)))
    sheet.blur(canvas.unit * 0.003)
    return sheet.layer(1.3, sway=canvas.unit * 0.006)


def road(canvas: Canvas) -> Layers:
    """A road to the vanishing point, poles and hills on both sides."""
    yield from sky(canvas, 0.6)
    sheet = canvas.sheet()
    line = ridge(canvas.width, canvas.seed(50), 0.45, 5)
    heights = canvas.horizon - line * canvas.unit * 0.14
    sheet.ground(heights.astype(np.float32), canvas.distant(0.35))
    yield sheet.layer(0.15)
    yield ground(canvas, 0.55, 0.7)
    yield _asphalt(canvas)
    yield _poles(canvas)


def _asphalt(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    middle, far = canvas.width / 2, canvas.horizon
    bottom, wide = float(canvas.height), canvas.unit * 0.85
    sheet.polygon(
        [(middle - 2, far), (middle + 2, far), (middle + wide, bottom), (middle - wide, bottom)],
        canvas.colours.shade,
    )
    sheet.fade_down(canvas.colours.haze, far + canvas.unit * 0.3, far, 0.6)
    pale = mix(canvas.colours.light, canvas.colours.haze, 0.3)
    for side in (-1, 1):
        edge = side * wide * 0.93
        sheet.polygon(
            [(middle, far), (middle + edge, bottom), (middle + edge * 0.965, bottom)], pale, 0.7
        )
    length = bottom - far
    for step in range(9):
        near, end = (step / 9) ** 2, ((step + 0.55) / 9) ** 2
        a, b = far + length * near, far + length * end
        thick = wide * 0.02
        sheet.polygon(
            [
                (middle - thick * near, a),
                (middle + thick * near, a),
                (middle + thick * end, b),
                (middle - thick * end, b),
            ],
            pale,
            0.85,
        )
    return sheet.layer(0.72)


def _poles(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    tops = []
    for step in range(6):
        near = ((step + 1) / 6) ** 1.8
        x = canvas.width / 2 + canvas.unit * (0.05 + 0.9 * near)
        foot = canvas.horizon + canvas.unit * 0.3 * near
        top = foot - canvas.unit * 0.75 * near - 4
        thick = max(0.8, canvas.unit * 0.012 * near)
        sheet.polygon(
            [(x - thick, foot), (x - thick, top), (x + thick, top), (x + thick, foot)],
            canvas.colours.shade,
        )
        arm = canvas.unit * 0.09 * near
        sheet.polygon(
            [
                (x - arm, top + arm * 0.3),
                (x + arm, top + arm * 0.3),
                (x + arm, top + arm * 0.3 + 2 * thick),
                (x - arm, top + arm * 0.3 + 2 * thick),
            ],
            canvas.colours.shade,
        )
        tops.append((x - arm, top + arm * 0.3))
    for (ax, ay), (bx, by) in pairwise(tops):
        sag = [
            (ax + (bx - ax) * t, ay + (by - ay) * t + (by - ay) * -0.12 * np.sin(t * 3.14))
            for t in np.linspace(0, 1, 12)
        ]
        sheet.polygon([*sag, *[(x, y + 1.2) for x, y in reversed(sag)]], canvas.colours.shade, 0.8)
    return sheet.layer(0.8)


def desert(canvas: Canvas) -> Layers:
    """Mesas and dunes with one lit and one dark side."""
    yield from sky(canvas, 0.35)
    yield _mesas(canvas)
    for number, (depth, nearness, tall) in enumerate(
        ((0.25, 0.2, 0.12), (0.45, 0.45, 0.16), (0.7, 0.75, 0.14))
    ):
        sheet = canvas.sheet()
        heights = _dune_line(canvas, 62 + number) * -canvas.unit * tall
        heights += canvas.horizon + canvas.unit * (0.06 + 0.12 * number)
        _dune(canvas, sheet, heights.astype(np.float32), nearness)
        yield sheet.layer(depth)


def _mesas(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    rng = canvas.rng(60)
    for _ in range(4):
        x = rng.uniform(0, 1) * canvas.width
        wide = canvas.unit * rng.uniform(0.08, 0.25)
        top = canvas.horizon - canvas.unit * rng.uniform(0.08, 0.22)
        foot = canvas.horizon + canvas.unit * 0.08
        sheet.polygon(
            [
                (x - wide * 1.2, foot),
                (x - wide, top),
                (x + wide * 0.9, top + 2),
                (x + wide * 1.3, foot),
            ],
            canvas.distant(0.2),
        )
    return sheet.layer(0.14)


def _dune_line(canvas: Canvas, salt: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Sharp crests: the larger of two slow waves."""
    first = smooth_ridge(canvas.width, canvas.seed(salt), 2)
    second = smooth_ridge(canvas.width, canvas.seed(salt + 10), 2)
    return np.asarray(np.maximum(first, second * 0.9), np.float32)


def _dune(
    canvas: Canvas,
    sheet: Sheet,
    heights: np.ndarray[tuple[int], np.dtype[np.float32]],
    nearness: float,
) -> None:
    sand = canvas.distant(nearness)
    sheet.ground(heights, sand)
    side = 1 if canvas.sun[0] > canvas.width / 2 else -1
    slope = np.convolve(np.gradient(heights), np.ones(9) / 9, "same")
    lit = np.clip(0.5 + slope * side * 2.2, 0, 1)
    rows = np.arange(canvas.height, dtype=np.float32)[:, None]
    below = np.clip(rows - heights[None, :], 0, None)
    # The border of light and shadow runs down the slope at a slant, not straight.
    source = np.arange(canvas.width)[None, :] + (below * 1.6).astype(int) * side
    lit = lit[np.clip(source, 0, canvas.width - 1)]
    near_crest = np.exp(-below / (canvas.unit * 0.16))
    sheet.wash(canvas.colours.light, np.asarray(near_crest * lit * 0.55, np.float32))
    sheet.wash(canvas.colours.shade, np.asarray(near_crest * (1 - lit) * 0.5, np.float32))
    ripples = fbm((canvas.width, canvas.height), canvas.seed(69), (4.0, 0.5))
    sheet.wash(canvas.colours.haze, np.clip(ripples - 0.5, 0, 1) * 0.3)
