"""The nouns that flow between stages. Frozen; unknown fields are refused at every border.

Times are seconds of song time (``_s``), film lengths are frames, money is integer micro-dollars
(``_usd_micro``). Strengths, energies and confidences lie in 0..1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Unit = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0)]
Hex = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(max_length=120)]
Text = Annotated[str, Field(max_length=10_000)]
LyricsText = Annotated[str, Field(max_length=100_000)]
"""A file that stamps each word of a long song needs ten times the room of its words."""


class Frozen(BaseModel):
    """Base of every value: immutable, and strict about what it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Blob(Frozen):
    """A file in the store, named by its content."""

    digest: Digest
    suffix: str = Field(pattern=r"^\.[a-z0-9]{1,8}$")
    bytes: int = Field(ge=0)


class Song(Frozen):
    """The audio that everything hangs on. ``title`` is the file's name made safe to show."""

    blob: Blob
    title: Name
    duration_s: Seconds
    sample_rate_hz: int = Field(gt=0)
    channels: int = Field(gt=0)
    codec: Name
    warnings: tuple[str, ...] = ()


class Tempo(Frozen):
    """Beats per minute with how likely it is among its alternatives."""

    bpm: float = Field(gt=0)
    confidence: Unit


class Section(Frozen):
    """A part of the song. ``label`` is intro, verse, chorus, bridge, outro, or A, B, C."""

    start_s: Seconds
    end_s: Seconds
    label: Name
    energy: Unit
    strength: Unit = 0.0


class Mood(Frozen):
    """What the measured features suggest; ``evidence`` says from what, in words with numbers."""

    label: Name
    valence: float = Field(ge=-1, le=1)
    arousal: float = Field(ge=-1, le=1)
    confidence: Unit
    evidence: tuple[str, ...] = ()


class Word(Frozen):
    """One sung word. ``quality`` is how well its time is known."""

    text: Name
    start_s: Seconds
    end_s: Seconds
    line: int = Field(ge=0)
    quality: Unit = 1.0


class Lyrics(Frozen):
    """Words in song time. ``source`` says where text and times come from."""

    words: tuple[Word, ...] = ()
    lines: tuple[str, ...] = ()
    source: Name = "none"
    warnings: tuple[str, ...] = ()


class AudioAnalysis(Frozen):
    """What was heard. No beats is a normal outcome, never an error.

    ``beats_s`` are centred on the attack; ``beat_confidence`` and ``beat_energy`` have one entry
    a beat; ``downbeats_s`` is a subset of ``beats_s``; ``energy`` is sampled every
    ``energy_step_s``; ``sections`` partition the song. ``peaks`` holds int8 pairs (minimum,
    maximum) at ``peaks_per_s``; ``novelty`` and ``similarity`` feed plots.
    """

    duration_s: Seconds
    tempo_bpm: float | None
    tempo_confidence: Unit
    tempo_alternatives: tuple[Tempo, ...] = ()
    metre: int = Field(default=4, ge=1, le=16)
    beats_s: tuple[Seconds, ...] = ()
    beat_confidence: tuple[Unit, ...] = ()
    beat_energy: tuple[Unit, ...] = ()
    downbeats_s: tuple[Seconds, ...] = ()
    downbeat_confidence: Unit = 0.0
    grid: Literal["fitted", "free", "none"] = "none"
    swing: Unit = 0.0
    sections: tuple[Section, ...] = ()
    mood: Mood
    energy: tuple[Unit, ...] = ()
    energy_step_s: float = Field(default=0.1, gt=0)
    confidence: Unit = 0.0
    warnings: tuple[str, ...] = ()
    peaks: Blob | None = None
    peaks_per_s: int = 100
    similarity: Blob | None = None


class Cut(Frozen):
    """A boundary between two slots. The slot that begins here carries the same id for life.

    ``by_hand``: a person set it; ``whole``: a person joined the slot that begins here. Both stay
    when the cuts around them are found anew.
    """

    id: str = Field(pattern=r"^[a-z0-9]{4,32}$")
    time_s: Seconds
    locked: bool = False
    by_hand: bool = False
    whole: bool = False
    on: Literal["start", "beat", "bar", "section", "lyric", "free"] = "beat"


class Slot(Frozen):
    """One stretch of film between two cuts, filled by one shot."""

    id: str
    index: int = Field(ge=0)
    start_s: Seconds
    end_s: Seconds
    section: Name = ""
    energy: Unit = 0.5
    lyric: Text = ""

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Swatch(Frozen):
    hex: Hex
    role: Name


class Style(Frozen):
    """``words`` are the person's own and are sent verbatim."""

    words: Text = ""
    look: Text = ""
    light: Text = ""
    palette: tuple[Swatch, ...] = ()


class CharacterKind(StrEnum):
    HUMAN = "human"
    MASKED = "masked"
    ANIMAL = "animal"
    ROBOT = "robot"
    CREATURE = "creature"
    OBJECT = "object"
    GROUP = "group"


class Character(Frozen):
    """``description`` is the only source of identity; nothing is ever added to it unasked.

    ``proposed`` is the part of it that a planner put after the person's own words, so that a page
    can say which words are not theirs; empty where all are theirs, or all are a planner's.
    """

    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: Name
    kind: CharacterKind = CharacterKind.HUMAN
    description: Text
    role: Text = ""
    locked: bool = False
    proposed: Text = ""


class Location(Frozen):
    id: str = Field(pattern=r"^[a-z0-9-]{1,40}$")
    name: Name
    description: Text
    time_of_day: Name = ""
    weather: Name = ""


class Treatment(Frozen):
    logline: Text = ""
    concept: Text = ""
    motif: Text = ""
    ending: Text = ""


class Transition(StrEnum):
    CUT = "cut"
    CROSSFADE = "crossfade"
    FADE = "fade"


class Shot(Frozen):
    """What is seen in one slot; ``slot_id`` is its only identity and is never renumbered.

    ``transition`` is how the shot begins. ``singer`` is the id of the character who is seen
    singing. ``planned_s`` is the slot's length when the action was written. ``locked`` names the
    fields that replanning leaves alone; ``"*"`` locks the whole shot.
    """

    slot_id: str
    purpose: Literal["performance", "narrative", "abstract", "detail", "establishing"]
    size: Literal["ECU", "CU", "MCU", "MS", "MLS", "LS", "ELS"]
    angle: Literal["eye", "low", "high", "top", "dutch", "pov"]
    movement: Literal[
        "static", "push", "pull", "pan", "tilt", "truck", "orbit", "handheld", "crane"
    ]
    speed: Literal["slow", "medium", "fast"] = "medium"
    lens: Literal["wide", "normal", "long"] = "normal"
    light: Text = ""
    action: Text
    lyric_cue: Text = ""
    energy: Unit = 0.5
    location_id: str = ""
    character_ids: tuple[str, ...] = ()
    singer: str = ""
    transition: Transition = Transition.CUT
    motif: bool = False
    negative: Text = ""
    notes: Text = ""
    planned_s: Seconds = 0.0
    locked: tuple[str, ...] = ()


class ScenePlan(Frozen):
    """A whole film on paper. ``planner`` is "offline" or the name of the model that wrote it."""

    treatment: Treatment
    style: Style
    characters: tuple[Character, ...] = ()
    locations: tuple[Location, ...] = ()
    shots: tuple[Shot, ...]
    planner: Name = "offline"
    remarks: tuple[str, ...] = ()


class Still(Frozen):
    """A reference picture of a character or a location."""

    subject_id: str
    blob: Blob
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    made_by: Name
    prompt: Text = ""


class Clip(Frozen):
    """Moving pictures in the store, checked to the last frame. ``made_by`` is a model key."""

    blob: Blob
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    frames: int = Field(gt=0)
    fps: float = Field(gt=0)
    made_by: Name
    preview: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        return self.frames / self.fps


class Aspect(StrEnum):
    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"
    PORTRAIT = "4:5"


class Fit(StrEnum):
    CROP = "crop"
    BLUR = "blur"
    LETTERBOX = "letterbox"


class FilmFormat(Frozen):
    """Size, rate and fit of the film; ``height`` is the frame's height in pixels."""

    aspect: Aspect = Aspect.WIDE
    height: int = Field(default=720, ge=144, le=2160)
    fps: Literal[24, 25, 30] = 24
    fit: Fit = Fit.CROP

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        across, down = (int(part) for part in self.aspect.value.split(":"))
        even_height = self.height // 2 * 2
        return round(even_height * across / down / 2) * 2, even_height


class Film(Frozen):
    """A composed film. ``cut_frames`` are the frame indices at which slots begin, first 0."""

    blob: Blob
    width: int
    height: int
    fps: int
    frames: int
    duration_s: Seconds
    cut_frames: tuple[int, ...]
    previews: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
