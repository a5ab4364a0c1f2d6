"""What a film is made of: slots with their clips, pieces of film, the sound."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pipeline.model import Blob, Clip, FilmFormat, Fit, Frozen, Seconds, Transition, Unit


class FilmSlot(Frozen):
    """A slot with the clip that fills it: the picked take, or its preview.

    ``start_s`` is song time; ``transition`` is how the slot begins; ``in_s`` is the time of the
    clip's first used frame; ``focus`` is what a crop keeps in view.
    """

    slot_id: str
    start_s: Seconds
    clip: Clip
    transition: Transition = Transition.CUT
    in_s: Seconds = 0.0
    focus: tuple[Unit, Unit] = (0.5, 0.5)


class ComposeInputs(Frozen):
    """A whole film. Slots follow one another without gaps; the last one ends at ``end_s``."""

    song: Blob
    slots: tuple[FilmSlot, ...] = Field(min_length=1)
    end_s: Seconds
    format: FilmFormat = FilmFormat()
    closing: Transition = Transition.CUT
    sound_fade_in_s: Seconds = 0.0
    sound_fade_out_s: Seconds = 0.0


class Extent(Frozen):
    """The film frames around one slot.

    ``head`` and ``tail`` are the frames outside of the slot that a crossfade needs from its
    clip; ``lead`` and ``trail`` are the frames inside the slot that belong to a transition.
    """

    first: int = Field(ge=0)
    frames: int = Field(gt=0)
    head: int = 0
    tail: int = 0
    lead: int = 0
    trail: int = 0

    @property
    def needed(self) -> int:
        """Frames that the slot's clip has to show."""
        return self.head + self.frames + self.tail

    @property
    def body(self) -> tuple[int, int]:
        """First and end index, in the clip's own frames, of what is shown alone."""
        return self.head + self.lead, self.head + self.frames - self.trail


class Strip(Frozen):
    """Frames taken from one clip by time.

    ``begin`` counts film frames from the first one that the clip serves; ``speed`` is clip
    seconds per film second; beyond ``length_s`` the clip runs back and forth. ``ready`` says
    that the clip was made for exactly this place and its packets can be copied.
    """

    clip: Blob
    begin: int = Field(ge=0)
    in_s: Seconds = 0.0
    length_s: float = Field(gt=0)
    speed: float = Field(gt=0, le=1)
    ready: bool = False
    focus: tuple[Unit, Unit] = (0.5, 0.5)


class PieceInputs(Frozen):
    """One piece of film: the smallest thing that is encoded, and encoded once."""

    kind: Literal["body", "blend", "fade_in", "fade_out"]
    strips: tuple[Strip, ...] = Field(min_length=1, max_length=2)
    frames: int = Field(gt=0)
    width: int
    height: int
    fps: int
    fit: Fit


class Piece(Frozen):
    """``frames`` shown frames of a stored file from ``first`` on, ready to be copied."""

    blob: Blob
    first: int = 0
    frames: int


class SoundInputs(Frozen):
    """The stretch of the song under the film, as long as ``frames`` at ``fps``."""

    song: Blob
    start_s: Seconds
    frames: int = Field(gt=0)
    fps: int
    fade_in_s: Seconds = 0.0
    fade_out_s: Seconds = 0.0


class Sound(Frozen):
    """Encoded sound; ``silence_s`` is what had to be added because the song was over."""

    blob: Blob
    sample_rate_hz: int
    samples: int
    silence_s: Seconds = 0.0


class FilmInputs(Frozen):
    """Everything that the finished file depends on; ``hard_cuts`` lists the unblended cuts."""

    pieces: tuple[Piece, ...] = Field(min_length=1)
    sound: Sound
    cut_frames: tuple[int, ...]
    hard_cuts: tuple[int, ...]
    width: int
    height: int
    fps: int
    previews: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
