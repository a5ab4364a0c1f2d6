"""Colours of a shot: the film's palette spread over sky, haze, mass and light."""

from __future__ import annotations

import colorsys
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.render.spec import Hour, Place, SceneSpec

Colour = tuple[float, float, float]
"""Blue, green, red, each 0..255."""

# BT.709, limited range: rows are Y, U, V; columns blue, green, red, one.
BGR_TO_YUV = np.array(
    [
        [0.0722 * 219 / 255, 0.7152 * 219 / 255, 0.2126 * 219 / 255, 16],
        [0.5 * 224 / 255, -0.3854 * 224 / 255, -0.1146 * 224 / 255, 128],
        [-0.0458 * 224 / 255, -0.4542 * 224 / 255, 0.5 * 224 / 255, 128],
    ],
    np.float32,
)


@dataclass(frozen=True)
class Colours:
    """The roles that every location is painted with."""

    zenith: Colour
    sky: Colour
    haze: Colour
    mass: Colour
    shade: Colour
    light: Colour
    accent: Colour


def colours_of(spec: SceneSpec) -> Colours:
    """The film's palette in its roles; without one, the usual colours of place and hour."""
    swatches = spec.palette if len(spec.palette) >= 3 else _usual(spec.place, spec.hour)
    ranked = sorted((_bgr(one) for one in swatches), key=luminance)
    accent = max(ranked, key=_saturation)
    # The accent is for lights and signs; a sky of it would leave nothing to stand out.
    calm = [one for one in ranked if one != accent] or ranked
    darkest, lightest = calm[0], ranked[-1]
    low, high = calm[(len(calm) - 1) // 2], calm[len(calm) // 2]
    bright = {Hour.NIGHT: 0.45, Hour.DUSK: 0.75, Hour.DAWN: 0.85, Hour.DAY: 1.0}[spec.hour]
    glow = accent if luminance(accent) > 90 else mix(accent, lightest, 0.45)
    middle = mix(low, high, 0.55 * bright)
    return Colours(
        zenith=scaled(mix(darkest, low, 0.35 + 0.5 * (bright - 0.45)), 0.55 + 0.5 * bright),
        sky=scaled(mix(middle, lightest, 0.25 * bright), 0.5 + 0.5 * bright),
        haze=mix(
            scaled(middle, 0.6 + 0.4 * bright), mix(glow, lightest, 0.45), 0.15 + 0.4 * bright
        ),
        mass=scaled(mix(darkest, low, 0.4), 0.55 + 0.35 * bright),
        shade=scaled(darkest, 0.35 + 0.2 * bright),
        light=mix(glow, (235.0, 245.0, 255.0), 0.35 + 0.2 * bright),
        accent=accent,
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """``share`` of the second colour in the first."""
    blue, green, red = (a + (b - a) * share for a, b in zip(first, second, strict=True))
    return (blue, green, red)


def scaled(colour: Colour, factor: float) -> Colour:
    """Brighter or darker, within 0..255."""
    blue, green, red = (min(255.0, part * factor) for part in colour)
    return (blue, green, red)


def luminance(colour: Colour) -> float:
    """BT.709 luma, 0..255."""
    blue, green, red = colour
    return 0.0722 * blue + 0.7152 * green + 0.2126 * red


def from_hex(text: str) -> Colour:
    return _bgr(text)


def to_yuv(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A BGR picture of shape (h, w, 3) as Y, U, V of the same shape."""
    return np.asarray(cv2.transform(picture, BGR_TO_YUV), np.uint8)


def yuv_of(colour: Colour) -> tuple[int, int, int]:
    blue, green, red = colour
    made = BGR_TO_YUV @ np.array([blue, green, red, 1.0], np.float32)
    luma, u, v = (int(min(255, max(0, round(float(part))))) for part in made)
    return luma, u, v


def _bgr(text: str) -> Colour:
    red, green, blue = (int(text[at : at + 2], 16) for at in (1, 3, 5))
    return float(blue), float(green), float(red)


def _saturation(colour: Colour) -> float:
    blue, green, red = (part / 255 for part in colour)
    _hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    return saturation * (0.3 + value)


def _usual(place: Place, hour: Hour) -> Sequence[str]:
    table = _tables()
    swatches: list[str] = table.get(f"{place}-{hour}") or table[place]
    return swatches


@lru_cache(maxsize=1)
def _tables() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = json.loads(
        Path(__file__).with_name("palettes.json").read_text("utf-8")
    )
    return loaded
