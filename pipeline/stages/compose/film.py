"""Joining pieces and sound into the film, and measuring what came out.

In: pieces, sound, where the cuts are. Out: an mp4 that a browser plays while it loads. Unit of
work: the whole film, packets only. Fails with ``InternalFault`` when the file does not hold what
was planned: a film that lies is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.errors import InternalFault
from pipeline.media.encode import VideoWriter, parameter_sets
from pipeline.media.mux import FilmFacts, ForeignPiece, Span, join, measure, parameter_sets_of
from pipeline.media.video_read import frames_at
from pipeline.model import Film
from pipeline.stage import Stage, StageStore, Workbench, key_of, run
from pipeline.stages.compose.inputs import (
    ComposeInputs,
    FilmInputs,
    Piece,
    PieceInputs,
    Sound,
)
from pipeline.stages.compose.piece import PIECE
from pipeline.stages.compose.plan import Plan, plan
from pipeline.stages.compose.sound import SOUND


def pieces_of(inputs: ComposeInputs) -> tuple[PieceInputs, ...]:
    """The different pieces of a film in the order in which they first appear."""
    return tuple({key_of(PIECE, piece): piece for piece in plan(inputs).pieces}.values())


def assemble(inputs: ComposeInputs, pieces: Mapping[str, Piece], sound: Sound) -> FilmInputs:
    """What the film stage needs, from pieces made anywhere.

    Args:
        inputs: The film.
        pieces: Made pieces by the key of their stage.
        sound: The made sound.
    """
    planned = plan(inputs)
    width, height = inputs.format.size
    return FilmInputs(
        pieces=tuple(pieces[key_of(PIECE, piece)] for piece in planned.pieces),
        sound=sound,
        cut_frames=planned.cut_frames,
        hard_cuts=planned.hard_cuts,
        width=width,
        height=height,
        fps=inputs.format.fps,
        previews=planned.previews,
        warnings=(*planned.warnings, *_sound_warnings(planned, sound)),
    )


def compose(inputs: ComposeInputs, store: StageStore, bench: Workbench) -> Film:
    """The whole chain in this process: every piece, the sound, the film, each from the store."""
    wanted = pieces_of(inputs)
    made = {}
    for index, piece in enumerate(wanted):
        bench.progress(index / (len(wanted) + 1), f"piece {index + 1} of {len(wanted)}")
        made[key_of(PIECE, piece)] = run(PIECE, piece, store, bench).value
    sound = run(SOUND, plan(inputs).sound, store, bench).value
    return run(COMPOSE, assemble(inputs, made, sound), store, bench).value


def make(inputs: FilmInputs, bench: Workbench) -> Film:
    """Copy everything into one file and hold it against the plan."""
    size = (inputs.width, inputs.height)
    spans = [Span(bench.path(piece.blob), piece.first, piece.frames) for piece in inputs.pieces]
    out = bench.scratch(".mp4")
    sound = bench.path(inputs.sound.blob)
    try:
        join(spans, sound, out, inputs.fps)
    except ForeignPiece:
        # Made by another build of the encoder; found while joining, since asking first costs
        # an opened file a piece.
        join(_uniform(spans, size, inputs.fps, bench), sound, out, inputs.fps)
    facts = measure(out, inputs.fps)
    checks = tuple(_checks(inputs, facts))
    return Film(
        blob=bench.keep_file(out, ".mp4"),
        width=inputs.width,
        height=inputs.height,
        fps=inputs.fps,
        frames=facts.frames,
        duration_s=facts.frames / inputs.fps,
        cut_frames=inputs.cut_frames,
        previews=inputs.previews,
        checks=checks,
        warnings=inputs.warnings,
    )


def _uniform(
    spans: Sequence[Span], size: tuple[int, int], fps: int, bench: Workbench
) -> list[Span]:
    """The same spans, those of another encoder build encoded again by this one."""
    sets = [parameter_sets_of(span.path) for span in spans]
    ours = parameter_sets(size, fps, bench.scratch(".mp4"))
    return [
        span if one == ours else _again(span, size, fps, bench)
        for span, one in zip(spans, sets, strict=True)
    ]


def _again(span: Span, size: tuple[int, int], fps: int, bench: Workbench) -> Span:
    path: Path = bench.scratch(".mp4")
    times_s = [(span.first + index) / fps for index in range(span.frames)]
    with VideoWriter(path, size, fps, threads=bench.threads) as writer:
        for frame in frames_at(span.path, times_s, bench.threads):
            writer.write(frame)
    return Span(path, 0, span.frames)


def _checks(inputs: FilmInputs, facts: FilmFacts) -> Iterator[str]:
    """What was measured in the finished file, in words.

    Raises:
        InternalFault: A frame is missing, out of step, or a cut is not where it was planned.
    """
    planned = sum(piece.frames for piece in inputs.pieces)
    if facts.frames != planned or not facts.steady:
        raise InternalFault(f"The film holds {facts.frames} frames instead of {planned}.")
    late = [cut for cut in inputs.hard_cuts if cut not in facts.keys]
    if late:
        raise InternalFault(f"No piece of the film begins at frame {late[0]}.")
    yield f"{facts.frames} frames, each 1/{inputs.fps} s after the last"
    soft = len(inputs.cut_frames) - len(inputs.hard_cuts)
    yield f"{len(inputs.hard_cuts)} slots begin on their frame" + (
        f", {soft} in a crossfade centred on it" if soft else ""
    )
    if facts.audio_end_s is not None:
        # Adding zero turns a rounded -0.0 into 0.0.
        apart_ms = round((facts.audio_end_s - facts.video_end_s) * 1000, 1) + 0.0
        yield f"sound ends {apart_ms:+.1f} ms from the picture"


def _sound_warnings(planned: Plan, sound: Sound) -> Iterator[str]:
    if sound.silence_s > 1 / planned.sound.fps:
        yield f"The song ends {sound.silence_s:.1f} s before the film; silence fills the rest."


COMPOSE: Stage[FilmInputs, Film] = Stage("compose", 1, FilmInputs, Film, make)
