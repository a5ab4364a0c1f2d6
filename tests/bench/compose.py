"""What composing costs and whether its cuts are exact, as ratios in one run.

    python tests/bench/compose.py [--seconds 60] [--clips 12] [--long 600]

CPU seconds (user and system, of this process and its children) are compared, since wall time on a
shared machine says little. The bare encode is x264 with the film's own options over the same
frames, already decoded.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from pipeline.media.encode import VideoWriter
from pipeline.media.video_read import frames_at
from pipeline.model import Blob, Clip, Film, FilmFormat, Transition
from pipeline.render.painter import Scene
from pipeline.render.spec import Place, SceneSpec
from pipeline.stage import run
from pipeline.stages.compose import ComposeInputs, FilmSlot, compose, extents
from pipeline.stages.generate import PREVIEW, PreviewInputs
from pipeline.timebase import frame_bounds

BEAT_S = 60 / 128
SIZE = (1280, 720)
SLOTS = 48


class Bench:
    """A workbench and store on a folder."""

    threads = 1

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: dict[str, dict[str, Any]] = {}

    def keep_file(self, path: Path, suffix: str) -> Blob:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        size = path.stat().st_size
        shutil.move(path, self.folder / f"{digest}{suffix}")
        return Blob(digest=digest, suffix=suffix, bytes=size)

    def keep_bytes(self, data: bytes, suffix: str) -> Blob:
        path = self.scratch(suffix)
        path.write_bytes(data)
        return self.keep_file(path, suffix)

    def path(self, blob: Blob) -> Path:
        return self.folder / f"{blob.digest}{blob.suffix}"

    def scratch(self, suffix: str) -> Path:
        return self.folder / f"scratch-{uuid.uuid4().hex}{suffix}"

    def progress(self, fraction: float, note: str = "") -> None:
        pass

    def lookup(self, key: str) -> dict[str, Any]:
        return self.records[key]

    def record(self, key: str, value: dict[str, Any]) -> dict[str, Any]:
        self.records[key] = value
        return value


def cpu_s(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a piece of work, and what it returned."""
    before = _used_s()
    made = work()
    return _used_s() - before, made


def _used_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def song(bench: Bench, seconds: float) -> Blob:
    """Clicks on every beat over soft noise."""
    rate = 44_100
    rng = np.random.default_rng(3)
    path = bench.scratch(".wav")
    with av.open(str(path), "w", format="wav") as out:
        stream: Any = out.add_stream("pcm_s16le", rate=rate, layout="stereo")
        # Second by second, so that the song's making is not the bench's peak of memory.
        for second in range(round(seconds)):
            at = np.arange(second * rate, (second + 1) * rate)
            click = np.exp(-(at / rate % BEAT_S) * 60) * np.sin(at * 0.4) * 12_000
            data = (click + rng.standard_normal(rate) * 1500).astype("<i2")
            both = np.repeat(data, 2).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = rate, second * rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return bench.keep_file(path, ".wav")


def taken_clips(bench: Bench, count: int, length_s: float) -> list[Clip]:
    """Clips as a vendor might deliver them: textured, moving, of several sizes and rates."""
    shapes = [((1280, 720), 24), ((1920, 1080), 24), ((1280, 720), 30), ((1360, 768), 25)]
    clips = []
    for number in range(count):
        size, fps = shapes[number % len(shapes)]
        frames = round(length_s * fps)
        path = bench.scratch(".mp4")
        with av.open(str(path), "w", format="mp4") as out:
            stream: Any = out.add_stream("libx264", rate=fps, options={"preset": "superfast"})
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
            for index, planes in enumerate(_textured(number, size, frames)):
                frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
                frame.pts, frame.time_base = index, Fraction(1, fps)
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        blob = bench.keep_file(path, ".mp4")
        clips.append(Clip(blob=blob, width=size[0], height=size[1], frames=frames, fps=fps,
                          made_by="vendor"))  # fmt: skip
    return clips


def _textured(seed: int, size: tuple[int, int], frames: int) -> Any:
    """A drawn scene with fine moving grain, nearer to a model's output than a flat drawing."""
    places = list(Place)
    spec = SceneSpec(seed=seed, place=places[seed % len(places)], movement="truck", duration_s=8)
    scene = Scene(spec, size, 24, mark="")
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.standard_normal((size[1] + 64, size[0] + 64)), (0, 0), 1.2) * 14
    grain = grain.astype(np.int16)
    for index in range(frames):
        planes = scene.planes(index)
        x, y = index * 3 % 64, index * 2 % 64
        luma = planes[: size[1]].astype(np.int16) + grain[y : y + size[1], x : x + size[0]]
        planes[: size[1]] = luma.clip(16, 235)
        yield planes


def cuts_for(seconds: float, slots: int) -> list[float]:
    """Cuts on beats, spread evenly; times that fall between frames."""
    beats = int(seconds / BEAT_S)
    return [round(beats * n / slots) * BEAT_S for n in range(slots + 1)]


def film_of(song_blob: Blob, cuts_s: list[float], clips: list[Clip]) -> ComposeInputs:
    slots = [
        # Another beginning each time round, so that no piece is found again by its content.
        FilmSlot(slot_id=f"s{n}", start_s=cut, clip=clips[n % len(clips)],
                 in_s=0.042 * (n // len(clips)),
                 transition=Transition.CROSSFADE if n % 3 == 2 else Transition.CUT)
        for n, cut in enumerate(cuts_s[:-1])
    ]  # fmt: skip
    return ComposeInputs(song=song_blob, slots=slots, end_s=cuts_s[-1])


def bare_encode(bench: Bench, film: Film) -> float:
    """CPU seconds of x264 with the film's options over the film's own frames, without decode."""
    path = bench.path(film.blob)
    spent, chunk = 0.0, 48
    with VideoWriter(bench.scratch(".mp4"), SIZE, film.fps) as writer:
        held: list[av.VideoFrame] = []
        for frame in frames_at(path, [n / film.fps for n in range(film.frames)]):
            held.append(frame)
            if len(held) == chunk:
                spent += cpu_s(lambda: [writer.write(one) for one in held])[0]
                held.clear()
        spent += cpu_s(lambda: [writer.write(one) for one in held])[0]
    return spent


def costs(bench: Bench, seconds: float, count: int) -> None:
    """First compose, a swapped take, a moved cut, nothing changed: against the bare encode."""
    clips = taken_clips(bench, count, seconds / SLOTS + 2.5)
    cuts_s = cuts_for(seconds, SLOTS)
    inputs = film_of(song(bench, seconds + 1), cuts_s, clips)
    first, film = cpu_s(lambda: compose(inputs, bench, bench))
    bare = bare_encode(bench, film)
    unchanged, _ = cpu_s(lambda: compose(inputs, bench, bench))
    swapped = list(inputs.slots)
    swapped[3] = swapped[3].model_copy(update={"clip": clips[5 % count]})
    swap, _ = cpu_s(lambda: compose(_with(inputs, swapped), bench, bench))
    moved = list(inputs.slots)
    moved[4] = moved[4].model_copy(update={"start_s": cuts_s[4] + BEAT_S})
    move, _ = cpu_s(lambda: compose(_with(inputs, moved), bench, bench))
    print(f"{film.frames} frames, {len(inputs.slots)} slots, {count} clips")
    print(f"bare x264            {bare:7.1f} CPU s")
    print(f"first compose        {first:7.1f} CPU s = {first / bare:.2f} of bare (must 1.5)")
    print(f"one take swapped     {swap:7.1f} CPU s = {swap / first:.1%} of first (must 5 %)")
    print(f"one cut moved        {move:7.1f} CPU s = {move / first:.1%} of first (must 5 %)")
    print(f"nothing changed      {unchanged:7.2f} CPU s = {unchanged / first:.1%} (must 2 %)")


def _with(inputs: ComposeInputs, slots: list[FilmSlot]) -> ComposeInputs:
    return inputs.model_copy(update={"slots": tuple(slots)})


def offline_chain(bench: Bench, seconds: float) -> None:
    """Previews and film of a stretch in which every kind of place is drawn."""
    cuts_s = cuts_for(seconds, max(3, round(seconds / 4)))
    kinds = [Transition.CROSSFADE if n % 4 == 3 else Transition.CUT for n in range(len(cuts_s) - 1)]
    spread = extents(cuts_s, kinds, 24)
    song_blob = song(bench, seconds + 1)
    used = 0.0
    slots = []
    places = [place.value for place in Place]
    for number, extent in enumerate(spread):
        inputs = PreviewInputs(
            slot_id=f"slot{number}", size=("LS", "CU", "MS")[number % 3], angle="eye",
            movement=("push", "truck", "pan")[number % 3], place=places[number % len(places)],
            cast=({"kind": "human", "description": "A woman in a red coat"},),
            frames=extent.frames, head=extent.head, tail=extent.tail, marks=extent.body,
            width=SIZE[0], height=SIZE[1], fps=24, caption="She walks under the lights",
            beats_s=tuple(n * BEAT_S for n in range(12)),
        )  # fmt: skip
        spent, outcome = cpu_s(lambda inputs=inputs: run(PREVIEW, inputs, bench, bench))
        used += spent
        slots.append(FilmSlot(slot_id=f"slot{number}", start_s=cuts_s[number],
                              clip=outcome.value, transition=kinds[number]))  # fmt: skip
    film_inputs = ComposeInputs(song=song_blob, slots=slots, end_s=cuts_s[-1])
    spent, film = cpu_s(lambda: compose(film_inputs, bench, bench))
    length_s = film.frames / 24
    print(
        f"offline chain        {used / length_s:.2f} preview + {spent / length_s:.2f} compose = "
        f"{(used + spent) / length_s:.2f} CPU s per film second (must 1.0, with the analysis)"
    )


def exactness(bench: Bench, seconds: float) -> None:
    """Every cut of a long film, found again by colour."""
    small = FilmFormat(height=144)
    lumas = [30, 60, 90, 120, 150, 180, 210]
    clips = [_flat(bench, luma, small.size) for luma in lumas]
    cuts_s = cuts_for(seconds, round(seconds / 4.1))
    slots = [
        FilmSlot(slot_id=f"s{n}", start_s=cut, clip=clips[n % len(clips)])
        for n, cut in enumerate(cuts_s[:-1])
    ]
    inputs = ComposeInputs(song=song(bench, seconds + 1), slots=slots, end_s=cuts_s[-1],
                           format=small)  # fmt: skip
    film = compose(inputs, bench, bench)
    with av.open(str(bench.path(film.blob))) as container:
        seen = [int(frame.to_ndarray()[72, 100]) for frame in container.decode(video=0)]
        sound_s = float(container.streams.audio[0].duration * container.streams.audio[0].time_base)
    index = [int(np.abs(np.array(lumas) - luma).argmin()) for luma in seen]
    found = [0, *(n for n in range(1, len(index)) if index[n] != index[n - 1])]
    wanted = frame_bounds(cuts_s, 24)[:-1]
    wrong = sum(one != other for one, other in zip(found, wanted, strict=True))
    print(f"cuts over {seconds:.0f} s      {len(wanted) - wrong} of {len(wanted)} on their frame")
    print(f"sound against picture {1000 * (sound_s - film.duration_s):+.1f} ms at the end")


def _flat(bench: Bench, luma: int, size: tuple[int, int]) -> Clip:
    planes = np.full((size[1] * 3 // 2, size[0]), 128, np.uint8)
    planes[: size[1]] = luma
    path = bench.scratch(".mp4")
    with VideoWriter(path, size, 24) as writer:
        for _ in range(144):
            writer.write_planes(planes)
    return Clip(blob=bench.keep_file(path, ".mp4"), width=size[0], height=size[1], frames=144,
                fps=24, made_by="vendor")  # fmt: skip


PARTS: dict[str, Callable[[Bench, argparse.Namespace], None]] = {
    "costs": lambda bench, wanted: costs(bench, wanted.seconds, wanted.clips),
    "offline": lambda bench, wanted: offline_chain(bench, min(wanted.seconds, 48.0)),
    "exact": lambda bench, wanted: exactness(bench, wanted.long),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--long", type=float, default=600.0)
    parser.add_argument("--part", choices=PARTS)
    wanted = parser.parse_args()
    if wanted.part:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[wanted.part](Bench(Path(folder)), wanted)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory          {peak:7.0f} MB (must 600 for the film of 48 clips)\n")
        return
    for part in PARTS:
        # A process each, so that one part's memory is not another's peak.
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--part", part], check=True)


if __name__ == "__main__":
    main()
