"""Where the camera is: moves as cinematographers name them, eased, with parallax by depth."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from pipeline.render.sheet import Layer
from pipeline.render.spec import SceneSpec

Matrix = NDArray[np.float64]

PACE = {"slow": 0.6, "medium": 1.0, "fast": 1.5}
DUTCH_RAD = 0.13
NEARNESS = {"ELS": 1.0, "LS": 1.0, "MLS": 1.12, "MS": 1.25, "MCU": 1.4, "CU": 1.6, "ECU": 1.85}
"""How much larger the surroundings appear when the frame is closer."""
HANDHELD_HZ = (0.7, 1.1, 1.9)
SUBJECT_DEPTH = 1.0


@dataclass(frozen=True)
class Pose:
    """Shifts in frame heights: ``pan`` moves all depths alike, ``track`` more the nearer."""

    pan_x: float = 0.0
    pan_y: float = 0.0
    track_x: float = 0.0
    track_y: float = 0.0
    orbit: float = 0.0
    zoom: float = 1.0
    roll: float = 0.0


def pose_at(spec: SceneSpec, time_s: float) -> Pose:
    """The camera's pose at a time of the shot; before 0 and past the end it keeps moving."""
    share = _eased(time_s / max(spec.duration_s, 0.5))
    far = PACE[spec.speed]
    side = 1.0 if spec.seed % 2 else -1.0
    roll = DUTCH_RAD * side if spec.angle == "dutch" else 0.0
    zoom = 1.12 if spec.angle == "dutch" else 1.0
    swing = (share - 0.5) * far
    moves = {
        "static": Pose(zoom=zoom * (1 + 0.02 * share), roll=roll),
        "push": Pose(zoom=zoom * (1 + 0.2 * far * share), roll=roll),
        "pull": Pose(zoom=zoom * (1 + 0.2 * far * (1 - share)), roll=roll),
        "pan": Pose(pan_x=0.24 * side * swing, zoom=zoom, roll=roll),
        "tilt": Pose(pan_y=0.16 * side * swing, zoom=zoom, roll=roll),
        "truck": Pose(track_x=0.3 * side * swing, zoom=zoom * 1.03, roll=roll),
        "orbit": Pose(orbit=0.26 * side * swing, zoom=zoom * 1.06, roll=roll + 0.02 * swing),
        "crane": Pose(track_y=-0.12 * swing, zoom=zoom * (1.02 + 0.08 * share), roll=roll),
        "handheld": _handheld(spec, time_s, zoom, roll),
    }
    return moves[spec.movement]


def matrix_of(layer: Layer, pose: Pose, shift: tuple[float, float], frame: Frame) -> Matrix:
    """The affine map from a layer's own pixels to the frame's.

    Args:
        layer: The layer; its sway, bob and drift arrive summed up in ``shift``.
        pose: The camera.
        shift: Pixels by which the layer itself has moved.
        frame: Sizes.
    """
    depth = layer.depth
    closer = 1.0 if depth >= SUBJECT_DEPTH else 1 + (frame.nearness - 1) * min(1.0, 0.3 + depth)
    zoom = closer * (1 + (pose.zoom - 1) * (0.2 + 0.8 * min(depth, 1.4)))
    across = pose.pan_x + pose.track_x * depth + pose.orbit * (depth - SUBJECT_DEPTH)
    down = pose.pan_y + pose.track_y * depth
    turn_cos, turn_sin = cos(pose.roll) * zoom, sin(pose.roll) * zoom
    x = layer.left - frame.sheet[0] / 2 + shift[0]
    y = layer.top - frame.sheet[1] / 2 + shift[1]
    return np.array(
        [
            [
                turn_cos,
                -turn_sin,
                turn_cos * x - turn_sin * y + frame.size[0] / 2 - across * frame.unit,
            ],
            [
                turn_sin,
                turn_cos,
                turn_sin * x + turn_cos * y + frame.size[1] / 2 - down * frame.unit,
            ],
        ]
    )


@dataclass(frozen=True)
class Frame:
    """Sizes in pixels: the drawn frame, the larger sheets behind it, the frame's unit."""

    size: tuple[int, int]
    sheet: tuple[int, int]
    unit: float
    nearness: float


def _eased(share: float) -> float:
    """Slow at both ends, and linear outside, so that handles keep the motion."""
    if not 0 < share < 1:
        return share
    return 0.5 * share + 0.5 * (share * share * (3 - 2 * share))


def _handheld(spec: SceneSpec, time_s: float, zoom: float, roll: float) -> Pose:
    far = 0.012 * PACE[spec.speed]
    turn = spec.seed % 97

    def wander(salt: float) -> float:
        waves = (sin(2 * pi * hz * time_s + turn + salt * (n + 1)) / (n + 1)
                 for n, hz in enumerate(HANDHELD_HZ))  # fmt: skip
        return far * sum(waves)

    return Pose(
        pan_x=wander(0.3), pan_y=wander(2.1) * 0.8, track_x=wander(4.0),
        zoom=zoom * 1.06, roll=roll + wander(5.2) * 0.5,
    )  # fmt: skip
