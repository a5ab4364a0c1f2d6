"""Opening a sound file and reading its decoded samples, however damaged it is.

The formats are a closed list without playlists, so that a text file renamed to ``.mp3`` can
never make the decoder open another file or the network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import EOFError as EndOfFile
from av.error import FFmpegError
from numpy.typing import NDArray

from pipeline.errors import NotAudio
from pipeline.media.riff import understated_s

FORMATS = (
    "mp3,mov,wav,w64,flac,ogg,matroska,asf,aac,aiff,au,caf,ac3,eac3,ape,wv,tta,tak,amr,mpegts,"
    "mpeg,avi,flv,dts,mpc,mpc8,voc,dsf"
)
GROUP_SAMPLES = 1 << 16
MAX_DEMUX_ERRORS = 200
LOUDEST = 4.0
"""Float files may hold anything; beyond four times full scale it is damage, not music."""
FULL_SCALE = {"u8": 128.0, "s16": 32768.0, "s32": 2147483648.0, "s64": 9223372036854775808.0}
ONLY_AUDIO = "Choose a song as mp3, m4a, wav, flac, ogg, opus, webm or wma."


@dataclass
class Damage:
    """What could not be read so far, and what reading found out about the file.

    Attributes:
        declared_s: Length that the file claims; None while that is not known.
        channels_cancel: Left and right are mostly each other's opposite; known at the end.
    """

    bad_packets: int = 0
    bad_values: int = 0
    declared_s: float | None = None
    channels_cancel: bool = False


@dataclass(frozen=True)
class Chunk:
    """Consecutive samples of one format: float32, shape (channels, n), silence for NaN."""

    samples: NDArray[np.float32]
    rate_hz: int
    speakers: tuple[str, ...]


@dataclass(frozen=True)
class Header:
    """What the file says of itself; ``declared_s`` is None where it says nothing."""

    codec: str
    rate_hz: int
    channels: int
    declared_s: float | None


@dataclass
class Source:
    """A sound file being read from its first sample to its last. Use it as a context manager.

    Raises:
        NotAudio: On entering, when the file cannot be opened or holds no audio.
    """

    path: Path
    damage: Damage = field(default_factory=Damage)

    def __enter__(self) -> Source:
        _check_file(self.path)
        self._understated_s = understated_s(self.path)
        self._container = _open(self.path, ignore_length=self._understated_s is not None)
        streams = self._container.streams.audio
        if not streams or streams[0].codec_context is None:
            self._container.close()
            raise NotAudio(f"“{_short(self.path)}” holds no sound.", ONLY_AUDIO)
        self._stream = streams[0]
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    @property
    def header(self) -> Header:
        stream = self._stream
        context = stream.codec_context
        return Header(
            context.name, context.sample_rate or 0, context.channels or 0, self._declared_s
        )

    @property
    def _declared_s(self) -> float | None:
        stream = self._stream
        if self._understated_s is not None:
            return self._understated_s
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        length = self._container.duration
        return None if length is None else float(length / av.time_base)

    def frames(self) -> Iterator[av.AudioFrame]:
        """Decoded frames in order; packets that cannot be decoded are skipped and counted."""
        for packet in self._packets():
            try:
                yield from packet.decode()
            except EndOfFile:
                return
            except FFmpegError:
                self.damage.bad_packets += 1

    def chunks(self) -> Iterator[Chunk]:
        """The same samples as arrays of about 1.5 s, each of one format."""
        group: list[av.AudioFrame] = []
        count = 0
        for frame in self.frames():
            if group and (count >= GROUP_SAMPLES or _kind(frame) != _kind(group[0])):
                yield self._joined(group)
                group, count = [], 0
            group.append(frame)
            count += frame.samples
        if group:
            yield self._joined(group)

    def _packets(self) -> Iterator[Any]:
        """Packets of the audio stream. A demuxer that stumbles is asked again, within limits."""
        for _ in range(MAX_DEMUX_ERRORS):
            try:
                yield from self._container.demux(self._stream)
            except EndOfFile:
                return
            except FFmpegError:
                self.damage.bad_packets += 1
            else:
                return

    def _joined(self, group: list[av.AudioFrame]) -> Chunk:
        first = group[0]
        raw = np.concatenate([frame.to_ndarray() for frame in group], axis=1)
        speakers = tuple(channel.name for channel in first.layout.channels)
        if not first.format.is_planar:
            raw = raw.reshape(-1, len(speakers)).T
        samples = _as_float(raw, first.format.name.removesuffix("p"))
        broken = int(samples.size - np.count_nonzero(np.isfinite(samples)))
        if broken:
            self.damage.bad_values += broken
            samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        return Chunk(np.clip(samples, -LOUDEST, LOUDEST), first.sample_rate, speakers)


def _open(path: Path, *, ignore_length: bool) -> Any:
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
    if ignore_length:
        options["ignore_length"] = "1"
    # PyAV 19 reads tags of any encoding by itself and no longer knows the argument.
    tags: dict[str, Any] = (
        {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
    )
    try:
        return av.open(str(path.resolve()), options=options, mode="r", **tags)
    except (FFmpegError, ValueError) as cause:
        raise NotAudio(f"“{_short(path)}” is not a sound file.", ONLY_AUDIO) from cause


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise NotAudio(f"There is no file “{_short(path)}”.", ONLY_AUDIO)
    if path.stat().st_size == 0:
        raise NotAudio(f"“{_short(path)}” is empty.", ONLY_AUDIO)


def _short(path: Path) -> str:
    name = path.name
    return name if len(name) <= 60 else f"{name[:40]}…{name[-15:]}"


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _as_float(raw: NDArray[Any], kind: str) -> NDArray[np.float32]:
    """Samples in -1..1 from any of the decoder's sample formats."""
    scale = FULL_SCALE.get(kind)
    if scale is None:
        return np.asarray(raw, dtype=np.float32)
    offset = 128.0 if kind == "u8" else 0.0
    return (np.asarray(raw, dtype=np.float32) - np.float32(offset)) / np.float32(scale)
