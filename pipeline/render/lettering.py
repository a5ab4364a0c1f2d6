"""Words in the picture: the caption and the mark that says what this is. Drawn once a shot."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

MARK = "PREVIEW"
WHITE_LUMA = 235
INK_LUMA = 24
MAX_LINES = 2
MAX_CHARACTERS = 140
# Found by name on most systems; used only for scripts that Pillow's own font lacks.
WIDE_FONTS = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "Arial Unicode.ttf",
    "arial.ttf", "msgothic.ttc",
)  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """Ink for one area of the frame: opacity and luma at full size, opacity at half size."""

    left: int
    top: int
    opacity: NDArray[np.float32]
    luma: NDArray[np.float32]
    half: NDArray[np.float32]

    def press(self, luma: NDArray[np.uint8], chroma: tuple[NDArray[np.uint8], ...]) -> None:
        """Lay the ink on a frame's planes, in place."""
        height, width = self.opacity.shape
        area = luma[self.top : self.top + height, self.left : self.left + width]
        area[:] = area * (1 - self.opacity) + self.luma
        top, left = self.top // 2, self.left // 2
        for plane in chroma:
            part = plane[top : top + height // 2, left : left + width // 2]
            part[:] = part * (1 - self.half) + 128 * self.half


def stamps(size: tuple[int, int], caption: str, mark: str = MARK) -> tuple[Stamp, ...]:
    """The mark, and the caption if there is one, for a frame of a size."""
    made = [_mark(size, mark)] if mark else []
    words = " ".join(caption.split())[:MAX_CHARACTERS]
    if words:
        made += _caption(size, words)
    return tuple(made)


def _mark(size: tuple[int, int], text: str) -> Stamp:
    """A small plate in the upper right corner."""
    side = min(size)
    font = font_for(text, max(9, side // 40))
    gap = max(1, side // 240)
    widths = [round(font.getlength(letter)) + gap for letter in text]
    high = _extent(font, text or " ")[1]
    pad = side // 60
    plate = Image.new("L", (sum(widths) + 2 * pad, high + 2 * pad), 0)
    ImageDraw.Draw(plate).rounded_rectangle((0, 0, *(n - 1 for n in plate.size)), pad, 150)
    ink = Image.new("L", plate.size, 0)
    pen, x = ImageDraw.Draw(ink), pad
    for letter, wide in zip(text, widths, strict=True):
        pen.text((x, pad), letter, 235, font=font, anchor="lt")
        x += wide
    margin = side // 28
    return _stamp(plate, ink, (size[0] - plate.width - margin, margin))


def _caption(size: tuple[int, int], words: str) -> list[Stamp]:
    side = min(size)
    font = font_for(words, max(10, side // 26))
    shown = "".join(letter for letter in words if letter == " " or _covers(font, letter))
    lines = _wrapped(font, shown, size[0] * 0.8)
    if not lines:
        return []
    step = round(max(10, side // 26) * 1.3)
    blur = max(2, side // 90)
    wide = max(_extent(font, line)[0] for line in lines) + 6 * blur
    ink = Image.new("L", (min(wide, size[0] - 4), step * len(lines) + 6 * blur), 0)
    pen = ImageDraw.Draw(ink)
    for index, line in enumerate(lines):
        middle = (ink.width / 2, 3 * blur + step * (index + 0.5))
        pen.text(middle, line, 245, font=font, anchor="mm")
    shade = ink.filter(ImageFilter.GaussianBlur(blur)).point([min(190, n * 3) for n in range(256)])
    left = (size[0] - ink.width) // 2
    return [_stamp(shade, ink, (left, size[1] - ink.height - side // 22))]


def _stamp(shade: Image.Image, ink: Image.Image, corner: tuple[int, int]) -> Stamp:
    """White ink on a dark shade; even corners and sizes, so that the chroma lines up."""
    wide, high = ink.width // 2 * 2, ink.height // 2 * 2
    dark = np.asarray(shade, np.float32)[:high, :wide] * np.float32(1 / 255)
    white = np.asarray(ink, np.float32)[:high, :wide] * np.float32(1 / 255)
    opacity = white + dark * (1 - white)
    luma = white * WHITE_LUMA + dark * (1 - white) * INK_LUMA
    half = np.asarray(
        cv2.resize(opacity, (wide // 2, high // 2), interpolation=cv2.INTER_AREA), np.float32
    )
    left, top = (max(0, number) // 2 * 2 for number in corner)
    return Stamp(left, top, opacity.astype(np.float32), luma.astype(np.float32), half)


def _wrapped(font: Font, text: str, width: float) -> list[str]:
    """At most two lines; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and _extent(font, longer)[0] > width:
            lines.append(line)
            line = word
        else:
            line = longer
    lines.append(line)
    if len(lines) > MAX_LINES:
        lines = [*lines[: MAX_LINES - 1], f"{lines[MAX_LINES - 1]} …"]
    return [_clipped(font, one, width) for one in lines if one]


def _clipped(font: Font, line: str, width: float) -> str:
    while len(line) > 2 and _extent(font, line)[0] > width:
        line = f"{line[:-2]}…"
    return line


def _extent(font: Font, text: str) -> tuple[int, int]:
    left, top, right, bottom = font.getbbox(text, anchor="lt")
    return round(right - left), round(bottom - top)


@lru_cache(maxsize=32)
def font_for(text: str, size: int) -> Font:
    """Pillow's own font if it has every letter, else the known one that has the most of them."""
    letters = set(text)
    fonts = [ImageFont.load_default(size)]
    if _missing(fonts[0], letters):
        for name in WIDE_FONTS:
            with suppress(OSError):
                fonts.append(ImageFont.truetype(name, size))
    return min(fonts, key=lambda font: _missing(font, letters))


def _missing(font: Font, letters: set[str]) -> int:
    return sum(not _covers(font, letter) for letter in letters)


@lru_cache(maxsize=4096)
def _covers(font: Font, letter: str) -> bool:
    """Whether a font draws a letter as more than its box for unknown ones."""
    if letter.isspace():
        return True
    return bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))
