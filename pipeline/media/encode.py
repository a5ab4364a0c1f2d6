"""The one video encoder: closed groups of pictures that can be joined without encoding again.

Every piece of a film, and every preview clip, comes out of :class:`VideoWriter`, so their
parameter sets are byte-equal and their packets may follow one another in one stream
(:mod:`pipeline.media.mux`). Presets below veryfast would change the picture parameter set unless
the tools it names are asked for, which is why they are spelled out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

import av
import numpy as np
from av.video.frame import PictureType

if TYPE_CHECKING:
    from numpy.typing import NDArray

GOP_S = 2
BT709 = 1
LIMITED_RANGE = 1
X264_PARAMS = ":".join(
    (
        "open-gop=0",
        "scenecut=0",
        "weightp=1",
        "bframes=3",
        "ref=1",
        "colorprim=bt709",
        "transfer=bt709",
        "colormatrix=bt709",
    )
)
EFFORTS = {
    "film": {"preset": "veryfast", "crf": "20"},
    # Drawn frames are smooth: at this rate the eye finds no difference, the processor does.
    "preview": {"preset": "superfast", "crf": "20"},
}
Effort = Literal["film", "preview"]


class VideoWriter:
    """Writes one H.264 file, constant frame rate, yuv420p, tagged bt709.

    Args:
        path: Where to write; the container is mp4 whatever the name says.
        size: Width and height in pixels, both even.
        fps: Frames per second.
        keys: Indices of frames that must begin a closed group of pictures.
        threads: Threads for the encoder; they never change the parameter sets.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int,
        keys: Collection[int] = (),
        threads: int = 1,
    ) -> None:
        self.frames = 0
        self._container = av.open(str(path), "w", format="mp4")
        self._size = size
        self._fps = fps
        self._keys = frozenset(keys)
        self._threads = threads
        self._stream: Any = None
        self._effort: Effort = "film"

    def with_effort(self, effort: Effort) -> VideoWriter:
        """The same writer at another trade of time against size; call before the first frame."""
        self._effort = effort
        return self

    def write(self, frame: av.VideoFrame) -> None:
        """Append a yuv420p frame of the writer's size; its own time stamp is ignored."""
        if self._stream is None:
            self._stream = self._open_stream()
        frame.pts = self.frames
        frame.time_base = Fraction(1, self._fps)
        forced = self.frames in self._keys
        frame.pict_type = PictureType.I if forced else PictureType.NONE
        self._container.mux(self._stream.encode(frame))
        self.frames += 1

    def write_planes(self, planes: NDArray[np.uint8]) -> None:
        """Append planes as one array of ``height * 3 / 2`` rows: Y, then U, then V."""
        self.write(av.VideoFrame.from_ndarray(planes, format="yuv420p"))

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None and self._stream is not None:
            self._container.mux(self._stream.encode(None))
        self._container.close()

    def _open_stream(self) -> Any:
        options = {**EFFORTS[self._effort], "forced-idr": "1", "x264-params": X264_PARAMS}
        stream = self._container.add_stream("libx264", rate=self._fps, options=options)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.gop_size = GOP_S * self._fps
        context.thread_count = self._threads
        context.color_range = LIMITED_RANGE
        context.colorspace = context.color_primaries = context.color_trc = BT709
        return stream


def write_clip(
    path: Path, frames: Iterable[NDArray[np.uint8]], size: tuple[int, int], fps: int
) -> int:
    """Write planes to a file with film settings; the number of frames written."""
    with VideoWriter(path, size, fps) as writer:
        for planes in frames:
            writer.write_planes(planes)
        return writer.frames


def parameter_sets(size: tuple[int, int], fps: int, scratch: Path) -> bytes:
    """The SPS and PPS that this machine's encoder writes for a size and rate.

    Args:
        size: Width and height in pixels.
        fps: Frames per second.
        scratch: A path that may be written.
    """
    width, height = size
    black = np.full((height * 3 // 2, width), 128, np.uint8)
    write_clip(scratch, [black], size, fps)
    with av.open(str(scratch)) as container:
        return container.streams.video[0].codec_context.extradata or b""
