"""Space, and pictures of nothing but shape and light."""

from __future__ import annotations

import numpy as np

from pipeline.render.noise import fbm
from pipeline.render.palette import mix, scaled
from pipeline.render.places.canvas import Canvas, Layers, beating_light
from pipeline.render.sheet import Layer


def space(canvas: Canvas) -> Layers:
    """Nebula, stars in three depths, a planet with its night side."""
    yield _nebula(canvas)
    for number in range(3):
        yield _star_field(canvas, number)
    centre = (canvas.sun[0], canvas.unit * 0.62)
    yield beating_light(canvas, centre, 0.85, 0.45)
    yield _planet(canvas, centre)
    yield _rocks(canvas)


def _nebula(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    size = (canvas.width, canvas.height)
    sheet.lay(
        np.full((canvas.height, canvas.width, 3), scaled(canvas.colours.shade, 0.6), np.float32)
    )
    first = fbm(size, canvas.seed(110), (2.2, 1.5))
    second = fbm(size, canvas.seed(111), (1.4, 1.4))
    sheet.wash(canvas.colours.sky, np.clip((first - 0.35) * 1.8, 0, 1))
    sheet.wash(canvas.colours.accent, np.clip((second - 0.5) * 2, 0, 1) * first * 0.8)
    sheet.wash(canvas.colours.light, np.clip((first * second - 0.36) * 5, 0, 1) * 0.6)
    return sheet.layer(0.03)


def _star_field(canvas: Canvas, number: int) -> Layer | None:
    sheet = canvas.sheet()
    rng = canvas.rng(112 + number)
    for _ in range((160, 60, 18)[number]):
        radius = (0.5, 0.9, 1.6)[number] * canvas.unit / 360 * rng.uniform(0.6, 1.3)
        at = (rng.uniform(0, canvas.width), rng.uniform(0, canvas.height))
        sheet.ellipse(at, (radius, radius), (255.0, 250.0, 245.0), rng.uniform(0.4, 1))
    return sheet.layer(0.06 + 0.1 * number, base=0.7, pulse=0.3)


def _planet(canvas: Canvas, centre: tuple[float, float]) -> Layer | None:
    sheet = canvas.sheet()
    radius = canvas.unit * canvas.rng(116).uniform(0.22, 0.36)
    ball = sheet.ellipse_mask(centre, (radius, radius))
    sheet.fill(ball, canvas.colours.haze)
    bands = fbm((canvas.width, canvas.height), canvas.seed(117), (5.0, 0.5))
    sheet.wash(canvas.colours.mass, np.clip((bands - 0.4) * 2, 0, 1) * 0.7)
    x = (np.arange(canvas.width, dtype=np.float32)[None, :] - centre[0]) / radius
    y = (np.arange(canvas.height, dtype=np.float32)[:, None] - centre[1]) / radius
    round_off = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    facing = np.clip(-0.62 * x - 0.5 * y + 0.6 * round_off, 0, 1)
    sheet.wash(canvas.colours.light, np.asarray(facing**2 * 0.6, np.float32))
    sheet.wash(scaled(canvas.colours.shade, 0.5), np.asarray((1 - facing) ** 2 * 0.95, np.float32))
    return sheet.layer(0.2)


def _rocks(canvas: Canvas) -> Layer | None:
    sheet = canvas.sheet()
    rng = canvas.rng(118)
    for _ in range(14):
        at = np.array([rng.uniform(0, canvas.width), rng.uniform(0.2, 1.0) * canvas.height])
        size = canvas.unit * rng.uniform(0.008, 0.045)
        corners = [
            tuple(at + size * rng.uniform(0.6, 1.1) * np.array([np.cos(a), np.sin(a) * 0.8]))
            for a in np.linspace(0, 5.5, 7)
        ]
        sheet.polygon(corners, canvas.colours.shade)
        sheet.polygon([corners[3], corners[4], corners[5]], canvas.colours.haze, 0.4)
    return sheet.layer(0.9, drift=(canvas.unit * 0.01, 0.0))


def abstract(canvas: Canvas) -> Layers:
    """Flowing colour with one of three figures in it: rings, ribbons or orbs."""
    yield _flow(canvas)
    centre = (canvas.width / 2, canvas.height / 2)
    yield beating_light(canvas, centre, 0.9, 0.55)
    paint = (_rings, _ribbons, _orbs)[canvas.spec.seed % 3]
    yield from paint(canvas)


def _flow(canvas: Canvas) -> Layer | None:
    """Noise bent by noise, as ink in water."""
    sheet = canvas.sheet()
    size = (canvas.width, canvas.height)
    first, second = fbm(size, canvas.seed(120), (2.5, 2.0)), fbm(size, canvas.seed(121), (1.5, 1.8))
    bands = 0.5 + 0.5 * np.sin((first * 2.2 + second * 1.3) * 6.2832)
    sheet.lay(np.full((canvas.height, canvas.width, 3), canvas.colours.shade, np.float32))
    sheet.wash(canvas.colours.sky, np.asarray(bands * 0.75, np.float32))
    sheet.wash(
        canvas.colours.accent,
        np.asarray(np.clip(second - 0.45, 0, 1) * bands * 1.6, np.float32).clip(0, 1),
    )
    sheet.wash(
        canvas.colours.light, np.clip((bands * first - 0.55) * 3, 0, 1).astype(np.float32) * 0.5
    )
    sheet.blur(canvas.unit * 0.01)
    return sheet.layer(0.1)


def _rings(canvas: Canvas) -> Layers:
    centre = (canvas.width / 2, canvas.height / 2)
    for number in range(5):
        sheet = canvas.sheet()
        radius = canvas.unit * (0.1 + 0.105 * number)
        outer = sheet.ellipse_mask(centre, (radius, radius))
        inner = sheet.ellipse_mask(centre, (radius * 0.9, radius * 0.9))
        colour = mix(canvas.colours.accent, canvas.colours.light, number / 5)
        sheet.fill(outer - np.minimum(inner, outer), colour, 0.85)
        yield sheet.layer(0.35 + 0.22 * number, base=0.5, pulse=0.5)


def _ribbons(canvas: Canvas) -> Layers:
    x = np.arange(canvas.width, dtype=np.float32) / canvas.unit
    for number in range(5):
        sheet = canvas.sheet()
        rng = canvas.rng(125 + number)
        bend, turn = rng.uniform(1.5, 3.5), rng.uniform(0, 6.28)
        middle = (
            canvas.height * (0.25 + 0.13 * number) + np.sin(x * bend + turn) * canvas.unit * 0.12
        )
        thick = canvas.unit * (0.03 + 0.03 * np.sin(x * bend * 0.7 + turn) ** 2)
        rows = np.arange(canvas.height, dtype=np.float32)[:, None]
        inside = np.clip(thick[None, :] - np.abs(rows - middle[None, :]), 0, 1) * 255
        colour = mix(canvas.colours.accent, canvas.colours.haze, number / 5)
        sheet.fill(inside.astype(np.uint8), colour, 0.8)
        shine = np.clip((middle[None, :] - rows) / thick[None, :], 0, 1).astype(np.float32)
        sheet.wash(canvas.colours.light, shine * 0.6)
        yield sheet.layer(
            0.3 + 0.25 * number, sway=canvas.unit * 0.03 * (number - 2), pulse=0.2, base=0.8
        )


def _orbs(canvas: Canvas) -> Layers:
    rng = canvas.rng(130)
    for number in range(4):
        sheet = canvas.sheet()
        for _ in range(9 - number):
            radius = canvas.unit * rng.uniform(0.015, 0.05) * (1 + number * 0.9)
            at = (rng.uniform(0, canvas.width), rng.uniform(0, canvas.height))
            colour = mix(canvas.colours.accent, canvas.colours.light, rng.uniform(0, 1))
            sheet.ellipse(at, (radius, radius), colour, 0.55)
            sheet.ellipse(
                (at[0] - radius * 0.3, at[1] - radius * 0.3),
                (radius * 0.5, radius * 0.5),
                (255.0, 255.0, 255.0),
                0.2,
            )
        sheet.blur(canvas.unit * 0.004 * number)
        yield sheet.layer(0.3 + 0.4 * number, base=0.6, pulse=0.4, bob=canvas.unit * 0.02)
