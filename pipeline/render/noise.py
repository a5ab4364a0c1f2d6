"""Smooth noise, drawn once a process and shared by every shot."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float32]
TILE = 512


@lru_cache(maxsize=8)
def fbm_tile(seed: int, base: int = 4, octaves: int = 6) -> Grid:
    """A seamless tile of fractal noise, 0..1, of shape (512, 512).

    Args:
        seed: Any whole number; equal seeds give equal tiles.
        base: Cells a side in the coarsest octave.
        octaves: Each one twice as fine and half as strong as the one before.
    """
    rng = np.random.default_rng(seed)
    total = np.zeros((TILE, TILE), np.float32)
    for octave in range(octaves):
        cells = base * 2**octave
        if cells > TILE // 2:
            break
        total += _octave(rng, cells) * 0.5**octave
    total -= total.min()
    return np.asarray(total / max(float(total.max()), 1e-6), np.float32)


def _octave(rng: np.random.Generator, cells: int) -> Grid:
    """Random values at the nodes of a grid that wraps around, smoothly between them."""
    nodes = rng.random((cells, cells), np.float32)
    wrapped = np.pad(nodes, 2, mode="wrap")
    step = TILE // cells
    grown = cv2.resize(wrapped, None, fx=step, fy=step, interpolation=cv2.INTER_CUBIC)
    return np.asarray(grown[2 * step : 2 * step + TILE, 2 * step : 2 * step + TILE], np.float32)


def fbm(size: tuple[int, int], seed: int, stretch: tuple[float, float] = (1.0, 1.0)) -> Grid:
    """Noise of a size, 0..1.

    Args:
        size: Width and height in pixels.
        seed: Chooses one of a few shared tiles and a place on it.
        stretch: How wide and how high a cell becomes.
    """
    width, height = size
    tile = fbm_tile(seed % 4)
    rng = np.random.default_rng(seed)
    x = (np.arange(width) / stretch[0] + rng.integers(TILE)).astype(np.float32) % TILE
    y = (np.arange(height) / stretch[1] + rng.integers(TILE)).astype(np.float32) % TILE
    wrapped = np.pad(tile, ((0, 2), (0, 2)), mode="wrap")
    columns, rows = np.meshgrid(x, y)
    return np.asarray(cv2.remap(wrapped, columns, rows, cv2.INTER_LINEAR), np.float32)


def ridge(width: int, seed: int, roughness: float = 0.5, octaves: int = 7) -> Grid:
    """A mountain line: ``width`` heights in 0..1."""
    rng = np.random.default_rng(seed)
    line = np.zeros(width, np.float32)
    for octave in range(octaves):
        nodes = rng.random(2 + 2**octave + 1)
        at = np.linspace(0, len(nodes) - 1, width)
        low = np.floor(at).astype(int)
        part = at - low
        part = part * part * (3 - 2 * part)
        high = np.minimum(low + 1, len(nodes) - 1)
        line += (nodes[low] * (1 - part) + nodes[high] * part) * roughness**octave
    line -= line.min()
    return np.asarray(line / max(float(line.max()), 1e-6), np.float32)


def smooth_ridge(width: int, seed: int, waves: int = 3) -> Grid:
    """Rolling hills: ``width`` heights in 0..1 from a few sines."""
    rng = np.random.default_rng(seed)
    at = np.linspace(0, 1, width, dtype=np.float32)
    line = np.zeros(width, np.float32)
    for wave in range(1, waves + 1):
        turn = rng.uniform(0, 6.28)
        cycles = wave * rng.uniform(0.7, 1.3)
        line += np.asarray(np.sin(at * 6.2832 * cycles + turn) / wave, np.float32)
    line -= line.min()
    return np.asarray(line / max(float(line.max()), 1e-6), np.float32)
