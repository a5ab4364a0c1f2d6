"""Frames of a shot, drawn at half size in Y, U and V, and enlarged where the eye needs it.

Art is painted once a shot (:mod:`pipeline.render.places`), then only moved, brightened and laid
over one another: about 6 ms a 720p frame on one core. U and V are half size in the encoder's
format anyway; Y is enlarged before sparks and words are added at full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.render.camera import NEARNESS, Frame, Pose, matrix_of, pose_at
from pipeline.render.figures import figure_layers
from pipeline.render.lettering import MARK, stamps
from pipeline.render.palette import colours_of
from pipeline.render.places import PAINTERS, Canvas
from pipeline.render.rhythm import Rhythm
from pipeline.render.sheet import Layer
from pipeline.render.sparks import Sparks
from pipeline.render.spec import SceneSpec

Planes = NDArray[np.uint8]

OVERSCAN = (0.78, 0.5)
"""Frame heights by which sheets are wider and higher than the frame, so that moves find paint."""
DRIFT_HZ = 0.035
DRIFT_REACH_S = 4.0
SHARPNESS = 0.55
HORIZONS = {"eye": 0.6, "low": 0.8, "high": 0.38, "top": 0.14, "dutch": 0.6, "pov": 0.56}
CLOSE = ("MCU", "CU", "ECU")
KICK = 0.008
EXPOSURE = 0.10


class Scene:
    """A painted shot; any of its frames can be asked for.

    Args:
        spec: The shot.
        size: Width and height of the film's frame in pixels, both even.
        fps: Frames per second.
        mark: The word in the corner; empty for none.
    """

    def __init__(self, spec: SceneSpec, size: tuple[int, int], fps: int, mark: str = MARK) -> None:
        cv2.setNumThreads(1)
        self.spec, self.size, self.fps = spec, size, fps
        self._rhythm = Rhythm(spec)
        half = (size[0] // 2, size[1] // 2)
        unit = float(min(half[1], half[0] * 0.8))
        sheet = (round(half[0] + OVERSCAN[0] * unit), round(half[1] + OVERSCAN[1] * unit))
        self._frame = Frame(half, sheet, unit, NEARNESS[spec.size])
        self._layers = _paint(spec, self._frame)
        self._sparks = Sparks(spec, size)
        self._stamps = stamps(size, spec.caption, mark)
        self._vignette = _vignette(half)

    def planes(self, index: int) -> Planes:
        """Frame ``index`` as ``height * 3 / 2`` rows of Y, U and V; negative ones are handles."""
        time_s = index / self.fps
        pulse = self._rhythm.pulse(time_s)
        pose = pose_at(self.spec, time_s)
        parts = self._blank()
        for layer in self._layers:
            self._lay(parts, layer, pose, time_s)
        cv2.multiply(parts[0], self._vignette, parts[0], (1 + EXPOSURE * pulse) / 255)
        made = np.empty((self.size[1] * 3 // 2, self.size[0]), np.uint8)
        luma = made[: self.size[1]]
        cv2.resize(_crisp(parts[0]), self.size, dst=luma, interpolation=cv2.INTER_CUBIC)
        pan = (pose.pan_x + pose.track_x, pose.pan_y + pose.track_y)
        self._sparks.draw(luma, self._rhythm.flow(time_s), pulse, pan)
        chroma = made[self.size[1] :].reshape(2, self._frame.size[1], self._frame.size[0])
        chroma[0], chroma[1] = parts[1], parts[2]
        for stamp in self._stamps:
            stamp.press(luma, (chroma[0], chroma[1]))
        return made

    def _blank(self) -> list[Planes]:
        width, height = self._frame.size
        values = (16, 128, 128)
        return [np.full((height, width), value, np.uint8) for value in values]

    def _lay(self, parts: list[Planes], layer: Layer, pose: Pose, time_s: float) -> None:
        """Move one layer to its place and blend it over what is there."""
        gain = layer.base + layer.pulse * self._rhythm.pulse(time_s)
        if gain <= 0.01:
            return
        matrix = self._matrix(layer, pose, time_s)
        box = _covered(matrix, layer, self._frame.size)
        if box is None:
            return
        left, top, right, bottom = box
        matrix[:, 2] -= (left, top)
        border = cv2.BORDER_REFLECT_101 if layer.solid else cv2.BORDER_CONSTANT
        moved = cv2.warpAffine(
            layer.art,
            matrix,
            (right - left, bottom - top),
            flags=cv2.INTER_LINEAR,
            borderMode=border,
        )
        if gain != 1.0:
            moved = cv2.convertScaleAbs(moved, alpha=gain)
        planes = cv2.split(moved)
        rest = cv2.bitwise_not(planes[3])
        for part, plane in zip(parts, planes[:3], strict=True):
            area = part[top:bottom, left:right]
            under = cv2.multiply(area, rest, scale=1 / 255)
            cv2.add(under, plane, dst=area)

    def _matrix(self, layer: Layer, pose: Pose, time_s: float) -> NDArray[np.float64]:
        swing = self._rhythm.swing(time_s)
        pulse = self._rhythm.pulse(time_s)
        # There and back: a sheet that only went on would show its edge.
        away = sin(2 * pi * DRIFT_HZ * self._rhythm.flow(time_s)) * DRIFT_REACH_S
        shift = (
            layer.sway * swing + layer.drift[0] * away,
            -layer.bob * pulse + layer.drift[1] * away,
        )
        matrix = matrix_of(layer, pose, shift, self._frame)
        if layer.sway_turn:
            matrix = _turned(matrix, layer, layer.sway_turn * swing)
        return matrix


def frames(
    spec: SceneSpec, size: tuple[int, int], fps: int, first_frame: int, count: int
) -> Iterator[Planes]:
    """``count`` frames from ``first_frame`` on; frame 0 is the shot's own beginning.

    Args:
        spec: The shot.
        size: Width and height in pixels, both even.
        fps: Frames per second.
        first_frame: May be negative, for the handle before a crossfade.
        count: Number of frames.
    """
    scene = Scene(spec, size, fps)
    for index in range(first_frame, first_frame + count):
        yield scene.planes(index)


def _paint(spec: SceneSpec, frame: Frame) -> tuple[Layer, ...]:
    """All layers from back to front; close shots have no foreground and soft surroundings."""
    width, height = frame.sheet
    horizon = (height - frame.size[1]) / 2 + HORIZONS[spec.angle] * frame.size[1]
    rng = np.random.default_rng((spec.place_seed, 1))
    sun = (
        width * float(rng.choice([0.3, 0.36, 0.62, 0.7])),
        horizon - frame.unit * rng.uniform(0.12, 0.42),
    )
    canvas = Canvas(spec, colours_of(spec), width, height, frame.unit, horizon, sun)
    painted = [layer for layer in PAINTERS[spec.place](canvas) if layer is not None]
    if spec.size in CLOSE and spec.figures:
        painted = [_soft(layer, spec, frame.unit) for layer in painted if layer.depth < 1]
    figures = figure_layers(canvas, frame)
    return tuple(sorted([*painted, *figures], key=lambda layer: layer.depth))


def _soft(layer: Layer, spec: SceneSpec, unit: float) -> Layer:
    """The same layer out of focus, as a long lens shows what is behind a face."""
    sigma = unit * {"MCU": 0.008, "CU": 0.016, "ECU": 0.026}[spec.size]
    return replace(layer, art=np.asarray(cv2.GaussianBlur(layer.art, (0, 0), sigma), np.uint8))


def _crisp(luma: Planes) -> Planes:
    """Edges raised a little, since enlarging softens them."""
    soft = cv2.GaussianBlur(luma, (3, 3), 0)
    return np.asarray(cv2.addWeighted(luma, 1 + SHARPNESS, soft, -SHARPNESS, 0), np.uint8)


def _vignette(size: tuple[int, int]) -> NDArray[np.uint8]:
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    dark = np.clip((x * x + y * y - 0.55) * 0.3, 0, 0.5)
    return np.asarray((1 - dark) * 255, np.uint8)


def _covered(
    matrix: NDArray[np.float64], layer: Layer, size: tuple[int, int]
) -> tuple[int, int, int, int] | None:
    """The part of the frame that a moved layer touches, or None."""
    if layer.solid:
        return 0, 0, size[0], size[1]
    height, width = layer.art.shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], np.float64)
    placed = corners @ matrix.T
    low = np.floor(placed.min(axis=0)).astype(int) - 1
    high = np.ceil(placed.max(axis=0)).astype(int) + 1
    left, top = max(0, int(low[0])), max(0, int(low[1]))
    right, bottom = min(size[0], int(high[0])), min(size[1], int(high[1]))
    return (left, top, right, bottom) if right > left and bottom > top else None


def _turned(matrix: NDArray[np.float64], layer: Layer, turn: float) -> NDArray[np.float64]:
    """The map with the layer first turned about its pivot."""
    x, y = layer.pivot[0] - layer.left, layer.pivot[1] - layer.top
    cosine, sine = np.cos(turn), np.sin(turn)
    about = np.array(
        [
            [cosine, -sine, x - cosine * x + sine * y],
            [sine, cosine, y - sine * x - cosine * y],
            [0, 0, 1],
        ]
    )
    return np.asarray(matrix @ about, np.float64)
