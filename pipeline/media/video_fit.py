"""Bringing any decoded frame into the film's frame: turned, scaled, cropped, bt709, yuv420p.

Quarter turns, oblong pixels, full range, HDR (PQ and HLG), 4:4:4 and alpha come from real clips.
A frame that needs none of it passes untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import av
import av.filter

from pipeline.model import Fit

Convert = Callable[[av.VideoFrame], av.VideoFrame]
Step = tuple[str, str]

MATRICES = {1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc"}
PRIMARIES = {1: "bt709", 5: "bt470bg", 6: "smpte170m", 9: "bt2020"}
HDR_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
FULL_RANGE = 2
HD_HEIGHT = 720
BLUR_DIVISOR = 4
BLUR_SIGMA = 6
QUARTER_TURNS = {90: "cclock", 180: "", 270: "clock"}


@dataclass(frozen=True)
class Target:
    """The film's frame and how a clip of another shape is put into it.

    ``focus`` is the point, in parts of width and height, that a crop keeps nearest its centre.
    """

    width: int
    height: int
    fit: Fit = Fit.CROP
    focus: tuple[float, float] = (0.5, 0.5)


def converter(sample: av.VideoFrame, aspect: Fraction, target: Target) -> Convert:
    """A function that turns frames like ``sample`` into frames of the film.

    Args:
        sample: A decoded frame of the clip; its size, format and colours stand for all.
        aspect: Shape of the clip's pixels, width over height.
        target: The film's frame.
    """
    if _fits_already(sample, aspect, target):
        return lambda frame: frame
    graph = av.filter.Graph()
    graph.threads = 1
    node = graph.add("buffer", _source_arguments(sample))
    node = _chain(graph, node, _turn(sample))
    node = _shape(graph, node, sample, aspect, target)
    node = _chain(graph, node, [("setsar", "1"), ("format", "yuv420p"), ("buffersink", "")])
    graph.configure()
    return lambda frame: _through(graph, frame)


def shown_size(width: int, height: int, aspect: Fraction, rotation: int) -> tuple[float, float]:
    """Width and height as a viewer sees them: square pixels, upright."""
    wide = float(width * aspect)
    return (float(height), wide) if rotation % 180 else (wide, float(height))


def _through(graph: av.filter.Graph, frame: av.VideoFrame) -> av.VideoFrame:
    graph.vpush(frame)
    return graph.vpull()


def _fits_already(sample: av.VideoFrame, aspect: Fraction, target: Target) -> bool:
    same_size = (sample.width, sample.height) == (target.width, target.height)
    upright = sample.rotation % 360 == 0 and aspect == 1
    plain = sample.format.name == "yuv420p" and sample.color_range != FULL_RANGE
    return same_size and upright and plain and not _hdr(sample) and _matrix(sample) == "bt709"


def _hdr(sample: av.VideoFrame) -> bool:
    return sample.color_trc in HDR_TRANSFERS


def _matrix(sample: av.VideoFrame) -> str:
    """The tagged matrix; for untagged pictures the one that their size was made with."""
    guess = "bt709" if min(sample.width, sample.height) >= HD_HEIGHT else "smpte170m"
    return MATRICES.get(int(sample.colorspace), guess)


def _source_arguments(sample: av.VideoFrame) -> str:
    parts = {
        "video_size": f"{sample.width}x{sample.height}",
        "pix_fmt": sample.format.name,
        "time_base": "1/1000",
        "pixel_aspect": "1/1",
        "colorspace": str(int(sample.colorspace)),
        "range": str(int(sample.color_range)),
    }
    return ":".join(f"{name}={value}" for name, value in parts.items())


def _turn(sample: av.VideoFrame) -> list[Step]:
    """Steps that set a frame upright; decoders hand it over as it was stored."""
    turns = sample.rotation % 360
    if turns == 180:
        return [("hflip", ""), ("vflip", "")]
    return [("transpose", f"dir={QUARTER_TURNS[turns]}")] if turns in QUARTER_TURNS else []


def _scale(sample: av.VideoFrame, width: int, height: int) -> Step:
    """One scaler pass that also settles matrix, range and, for HDR, primaries and transfer."""
    parts = [f"{width}:{height}:flags=bicubic", "out_range=tv"]
    if not sample.format.is_rgb:
        parts += [f"in_color_matrix={_matrix(sample)}"]
    parts.append("out_color_matrix=bt709")
    if _hdr(sample):
        primaries = PRIMARIES.get(int(sample.color_primaries), "bt2020")
        parts += [f"in_primaries={primaries}", "out_primaries=bt709"]
        parts += [f"in_transfer={HDR_TRANSFERS[sample.color_trc]}", "out_transfer=bt709"]
    return ("scale", ":".join(parts))


def _shape(
    graph: av.filter.Graph,
    node: av.filter.context.FilterContext,
    sample: av.VideoFrame,
    aspect: Fraction,
    target: Target,
) -> av.filter.context.FilterContext:
    wide, high = shown_size(sample.width, sample.height, aspect, sample.rotation)
    cover = _scaled(wide, high, max(target.width / wide, target.height / high), ceil)
    inside = _scaled(wide, high, min(target.width / wide, target.height / high), int)
    exact = (target.width, target.height)
    if target.fit == Fit.CROP or exact in (cover, inside):
        return _chain(graph, node, [_scale(sample, *cover), *_crop(cover, target)])
    middle = "(ow-iw)/2:(oh-ih)/2"
    if target.fit == Fit.LETTERBOX:
        pad = ("pad", f"{target.width}:{target.height}:{middle}:black")
        return _chain(graph, node, [_scale(sample, *inside), pad])
    return _over_blur(graph, node, (_scale(sample, *cover), _scale(sample, *inside)), target)


def _over_blur(
    graph: av.filter.Graph,
    node: av.filter.context.FilterContext,
    scales: tuple[Step, Step],
    target: Target,
) -> av.filter.context.FilterContext:
    """The whole picture, on a dim and blurred one that fills the frame."""
    cover, inside = scales
    split = _chain(graph, node, [("split", "2")])
    small = f"{target.width // BLUR_DIVISOR}:{target.height // BLUR_DIVISOR}"

    behind: list[Step] = [
        cover,
        ("crop", f"{target.width}:{target.height}"),
        ("scale", small),
        ("gblur", f"sigma={BLUR_SIGMA}"),
        ("lutyuv", "y=16+(val-16)*0.55"),
        ("scale", f"{target.width}:{target.height}:flags=bicubic"),
    ]
    back = _chain(graph, split, behind, 0)
    front = _chain(graph, split, [inside], 1)
    overlay = graph.add("overlay", "(W-w)/2:(H-h)/2")
    back.link_to(overlay, 0, 0)
    front.link_to(overlay, 0, 1)
    return overlay


def _chain(
    graph: av.filter.Graph,
    node: av.filter.context.FilterContext,
    steps: Sequence[Step],
    pad: int = 0,
) -> av.filter.context.FilterContext:
    """Append filters one after another; the last one."""
    for name, arguments in steps:
        following = graph.add(name, arguments or None)
        node.link_to(following, pad, 0)
        node, pad = following, 0
    return node


def _scaled(
    wide: float, high: float, factor: float, to_whole: Callable[[float], int]
) -> tuple[int, int]:
    """Both sides times a factor, even; a hair of rounding does not cost two pixels."""
    tiny = 1e-6 if to_whole is ceil else -1e-6
    return (
        to_whole(wide * factor / 2 - tiny) * 2 or 2,
        to_whole(high * factor / 2 - tiny) * 2 or 2,
    )


def _crop(size: tuple[int, int], target: Target) -> list[Step]:
    """Cut the frame out so that the focus lies as near its centre as the edges allow."""
    if size == (target.width, target.height):
        return []
    left = _offset(size[0], target.width, target.focus[0])
    top = _offset(size[1], target.height, target.focus[1])
    return [("crop", f"{target.width}:{target.height}:{left}:{top}")]


def _offset(have: int, want: int, focus: float) -> int:
    return min(max(0, round(have * focus - want / 2)), have - want) // 2 * 2
