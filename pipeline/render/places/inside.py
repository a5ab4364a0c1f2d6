"""Indoors: the stage with its lights, the room with its window, the plain studio."""

from __future__ import annotations

import numpy as np

from pipeline.render.noise import fbm
from pipeline.render.palette import mix, scaled
from pipeline.render.places.canvas import Canvas, Layers, beam, beating_light
from pipeline.render.sheet import Layer, glow_mask
from pipeline.render.spec import Hour


def stage(canvas: Canvas) -> Layers:
    """A hall in haze: beams that swing, a lit floor, the crowd in front."""
    yield _hall(canvas)
    yield beating_light(canvas, (canvas.width / 2, canvas.horizon - canvas.unit * 0.1), 0.8, 0.6)
    yield _screen(canvas)
    yield _floor(canvas)
    for number in range(5):
        yield _spot(canvas, number)
    yield _crowd(canvas, 0)
    yield _crowd(canvas, 1)


def _hall(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    sheet.lay(np.full((canvas.height, canvas.width, 3), canvas.colours.shade, np.float32))
    size = (canvas.width, canvas.height)
    lit = glow_mask(size, (canvas.width / 2, canvas.horizon), canvas.unit * 1.1, 1.3)
    sheet.wash(canvas.colours.mass, lit)
    haze = fbm(size, canvas.seed(80), (2.0, 1.2))
    sheet.wash(canvas.colours.sky, np.asarray(haze * lit * 0.6, np.float32))
    return sheet.layer(0.05)


def _screen(canvas: Canvas) -> Layer | None:
    """Panels of light behind the performer."""
    sheet = canvas.sheet()
    rng = canvas.rng(81)
    panels = int(rng.integers(5, 10))
    wide = canvas.unit * 1.5 / panels
    for panel in range(panels):
        x = canvas.width / 2 + (panel - panels / 2) * wide
        tall = canvas.unit * (0.3 + 0.22 * abs(np.sin(panel * 1.7 + rng.uniform(0, 3))))
        top = canvas.horizon - tall
        colour = mix(canvas.colours.accent, canvas.colours.sky, rng.uniform(0, 0.8))
        box = [
            (x + 2, canvas.horizon),
            (x + 2, top),
            (x + wide - 2, top),
            (x + wide - 2, canvas.horizon),
        ]
        sheet.polygon(box, colour, 0.85)
    sheet.fade_down(canvas.colours.shade, canvas.horizon - canvas.unit * 0.5, canvas.horizon, 0.6)
    return sheet.layer(0.3, base=0.55, pulse=0.45)


def _floor(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    sheet.ground(
        np.full(canvas.width, canvas.horizon, np.float32), scaled(canvas.colours.mass, 0.6)
    )
    size = (canvas.width, canvas.height)
    pool = glow_mask(
        size, (canvas.width / 2, canvas.horizon + canvas.unit * 0.12), canvas.unit * 0.8
    )
    sheet.wash(mix(canvas.colours.light, canvas.colours.accent, 0.4), pool * 0.5)
    sheet.fade_down(canvas.colours.shade, canvas.horizon + canvas.unit * 0.1, canvas.height, 0.9)
    return sheet.layer(0.7)


def _spot(canvas: Canvas, number: int) -> Layer | None:
    sheet = canvas.sheet()
    tint = mix(canvas.colours.light, canvas.colours.accent, 0.75 * (number % 2))
    sheet.lay(np.full((canvas.height, canvas.width, 3), tint, np.float32))
    x = canvas.width / 2 + (number - 2) * canvas.unit * 0.38
    turn = -(number - 2) * 0.28 + canvas.rng(85 + number).uniform(-0.15, 0.15)
    foot = (x, -canvas.unit * 0.05)
    sheet.opacity = beam(canvas, foot, turn, 0.13, 0.62)
    swing = 0.16 if number % 2 else -0.16
    return sheet.layer(0.75, base=0.35, pulse=0.6, sway_turn=swing, pivot=foot)


def _crowd(canvas: Canvas, number: int) -> Layer | None:
    """Heads and raised arms, black against the light."""
    sheet = canvas.sheet()
    rng = canvas.rng(90 + number)
    level = canvas.horizon + canvas.unit * (0.26 + 0.1 * number)
    head = canvas.unit * (0.028 + 0.014 * number)
    colour = scaled(canvas.colours.shade, 0.9 - 0.35 * number)
    step = head * 2.3
    for place in range(int(canvas.width / step) + 2):
        x = place * step + rng.uniform(-0.4, 0.4) * step
        y = level + rng.uniform(-0.5, 0.5) * head
        sheet.ellipse((x, y), (head * 0.8, head), colour)
        sheet.ellipse((x, y + head * 2.6), (head * 1.7, head * 1.7), colour)
        if rng.random() < 0.3:
            hand = (x + rng.uniform(-1, 1) * head, y - head * rng.uniform(2.2, 3.6))
            arm = head * 0.3
            sheet.polygon(
                [
                    (x - head, y + head * 2),
                    (x - head + 2 * arm, y + head * 2),
                    (hand[0] + arm, hand[1]),
                    (hand[0] - arm, hand[1]),
                ],
                colour,
            )
    sheet.ground(np.full(canvas.width, level + head * 2.4, np.float32), colour)
    sheet.blur(canvas.unit * 0.004 * number)
    return sheet.layer(1.15 + 0.25 * number, bob=canvas.unit * 0.012)


def room(canvas: Canvas) -> Layers:
    """A wall with a window, its light on the floor, a lamp."""
    yield _wall(canvas)
    yield _window(canvas)
    yield _boards(canvas)
    yield _window_light(canvas)
    yield _furniture(canvas)


def _window_box(canvas: Canvas) -> tuple[float, float, float, float]:
    left = canvas.width / 2 + canvas.unit * canvas.rng(100).choice([-0.72, 0.2])
    top = canvas.horizon - canvas.unit * 0.56
    return left, top, left + canvas.unit * 0.52, top + canvas.unit * 0.44


def _wall(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    base = mix(canvas.colours.mass, canvas.colours.sky, 0.35)
    sheet.lay(np.full((canvas.height, canvas.width, 3), base, np.float32))
    left, top, right, bottom = _window_box(canvas)
    size = (canvas.width, canvas.height)
    near = glow_mask(size, ((left + right) / 2, (top + bottom) / 2), canvas.unit * 1.0, 1.5)
    sheet.wash(canvas.colours.haze, near * 0.5)
    plaster = fbm(size, canvas.seed(101), (1.0, 1.0))
    sheet.wash(canvas.colours.shade, np.asarray(np.clip(plaster - 0.45, 0, 1) * 0.5, np.float32))
    sheet.fade_down(canvas.colours.shade, canvas.horizon, 0, 0.55)
    return sheet.layer(0.3)


def _window(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    left, top, right, bottom = _window_box(canvas)
    outside = canvas.colours.zenith if canvas.dark else canvas.colours.light
    sheet.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], outside)
    sheet.fade_down(mix(canvas.colours.haze, canvas.colours.light, 0.4), top, bottom, 0.8)
    rng = canvas.rng(102)
    bars = [left, (left + right) / 2, right]
    thick = canvas.unit * 0.009
    for _ in range(9):
        at = (rng.uniform(left, right), bottom - canvas.unit * rng.uniform(0, 0.16))
        size = canvas.unit * rng.uniform(0.01, 0.04)
        sheet.polygon(
            [
                (at[0] - size, bottom),
                (at[0] - size, at[1]),
                (at[0] + size, at[1]),
                (at[0] + size, bottom),
            ],
            canvas.distant(0.4),
        )
    for x in bars:
        sheet.polygon(
            [
                (x - thick, top - thick),
                (x + thick, top - thick),
                (x + thick, bottom),
                (x - thick, bottom),
            ],
            canvas.colours.shade,
        )
    for y in (top, (top + bottom) / 2, bottom):
        sheet.polygon(
            [(left, y - thick), (right, y - thick), (right, y + thick), (left, y + thick)],
            canvas.colours.shade,
        )
    return sheet.layer(0.32)


def _boards(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    sheet.ground(np.full(canvas.width, canvas.horizon, np.float32), canvas.distant(0.7))
    middle = canvas.width / 2
    for step in range(-14, 15):
        x = middle + step * canvas.unit * 0.12
        far = middle + step * canvas.unit * 0.07
        sheet.polygon(
            [
                (far, canvas.horizon),
                (far + 1, canvas.horizon),
                (x * 1.0 + (x - middle) + 2, canvas.height),
                (x + (x - middle), canvas.height),
            ],
            canvas.colours.shade,
            0.5,
        )
    sheet.fade_down(canvas.colours.shade, canvas.horizon, canvas.height, 0.75)
    return sheet.layer(0.6)


def _window_light(canvas: Canvas) -> Layer | None:
    """The window's shape on the floor, and the shaft between them."""
    sheet = canvas.sheet()
    left, _top, right, bottom = _window_box(canvas)
    lean = canvas.unit * (0.35 if left < canvas.width / 2 else -0.35)
    floor = canvas.horizon + canvas.unit * 0.1
    low = floor + canvas.unit * 0.25
    strength = 0.25 if canvas.spec.hour == Hour.NIGHT else 0.5
    patch = [
        (left + lean, floor),
        (right + lean, floor),
        (right + lean * 1.6, low),
        (left + lean * 1.6, low),
    ]
    sheet.polygon(
        [(left, bottom), (right, bottom), (right + lean * 1.6, low), (left + lean * 1.6, low)],
        canvas.colours.light,
        strength * 0.35,
    )
    sheet.polygon(patch, canvas.colours.light, strength)
    sheet.blur(canvas.unit * 0.02)
    return sheet.layer(0.62, base=0.6, pulse=0.4)


def _furniture(canvas: Canvas) -> Layer | None:
    """A lamp and an armchair, dark, on the side away from the window."""
    sheet = canvas.sheet()
    window_left = _window_box(canvas)[0] < canvas.width / 2
    x = canvas.width / 2 + canvas.unit * (0.62 if window_left else -0.62)
    foot = canvas.horizon + canvas.unit * 0.14
    unit, dark = canvas.unit, canvas.colours.shade
    sheet.polygon(
        [(x - 2, foot), (x - 2, foot - unit * 0.5), (x + 2, foot - unit * 0.5), (x + 2, foot)], dark
    )
    sheet.glow((x, foot - unit * 0.5), unit * 0.4, canvas.colours.light, 0.55)
    shade = [
        (x - unit * 0.075, foot - unit * 0.45),
        (x - unit * 0.04, foot - unit * 0.56),
        (x + unit * 0.04, foot - unit * 0.56),
        (x + unit * 0.075, foot - unit * 0.45),
    ]
    sheet.polygon(shade, mix(canvas.colours.light, canvas.colours.accent, 0.35))
    chair = x + unit * (0.2 if window_left else -0.2)
    for centre, radii in (
        ((0, -0.1), (0.13, 0.08)),
        ((0, -0.2), (0.12, 0.14)),
        ((-0.12, -0.12), (0.04, 0.07)),
        ((0.12, -0.12), (0.04, 0.07)),
    ):
        sheet.ellipse(
            (chair + centre[0] * unit, foot + centre[1] * unit),
            (radii[0] * unit, radii[1] * unit),
            dark,
        )
    return sheet.layer(0.8)


def studio(canvas: Canvas) -> Layers:
    """A plain paper backdrop, for looking at someone rather than somewhere."""
    sheet = canvas.sheet()
    paper = mix(canvas.colours.haze, (196.0, 198.0, 200.0), 0.8)
    sheet.lay(np.full((canvas.height, canvas.width, 3), paper, np.float32))
    size = (canvas.width, canvas.height)
    lit = glow_mask(size, (canvas.width / 2, canvas.height * 0.42), canvas.unit * 1.0, 1.2)
    sheet.wash((240.0, 242.0, 245.0), lit * 0.5)
    sheet.fade_down(canvas.colours.mass, canvas.horizon, canvas.height * 1.2, 0.5)
    shadow = sheet.ellipse_mask(
        (canvas.width / 2, canvas.horizon + canvas.unit * 0.3),
        (canvas.unit * 0.2, canvas.unit * 0.03),
    )
    sheet.fill(shadow, canvas.colours.shade, 0.35)
    sheet.blur(canvas.unit * 0.01)
    yield sheet.layer(0.5)
