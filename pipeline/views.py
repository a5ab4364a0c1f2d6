"""What a page sees of a project: decisions, and whatever the store already knows of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.cast.verdict import Verdict
from pipeline.cuts.limits import SlotLimits
from pipeline.model import AudioAnalysis, Clip, Cut, Film, Lyrics, ScenePlan, Slot, Still
from pipeline.money.ledger import Totals
from pipeline.planning.lint import Finding
from pipeline.project import Project
from pipeline.projects.library import History

STEPS = (
    ("song", "Song"),
    ("plan", "Plan"),
    ("cast", "Cast"),
    ("clips", "Clips"),
    ("film", "Film"),
)


@dataclass(frozen=True)
class StepState:
    """One step of the studio: ``state`` is a word of the state list, ``why`` says what is stale.

    ``renew_usd_micro`` is what bringing it up to date would cost now.
    """

    name: str
    title: str
    state: str
    done: int = 0
    total: int = 0
    why: str = ""
    renew_usd_micro: int = 0


@dataclass(frozen=True)
class ClipView:
    """The clip of one slot: the take in use or the preview, and the state of both."""

    clip: Clip | None
    takes: tuple[object, ...] = ()
    picked: str = ""
    state: str = "empty"
    why: str = ""
    poster: Path | None = None


@dataclass(frozen=True)
class ProjectCard:
    """A project in the list of projects. ``opened_at`` is seconds since the epoch."""

    id: str
    title: str
    duration_s: float
    steps: tuple[StepState, ...]
    spent_usd_micro: int
    opened_at: float
    poster: Path | None


@dataclass(frozen=True)
class ProjectView:
    """A project and its derivations as far as they exist; nothing was computed for it.

    ``stills`` is keyed by subject id, start frames by :func:`pipeline.project.frame_of`; ``clips``
    and ``posters`` by slot id. ``film`` is the last
    film that was made; ``film_state`` says whether it still shows the present decisions, and
    ``film_copy`` is a smaller file of it where the whole one is too large for a player.
    """

    project: Project
    history: History
    limits: SlotLimits
    totals: Totals
    steps: tuple[StepState, ...]
    analysis: AudioAnalysis | None = None
    lyrics: Lyrics = field(default_factory=Lyrics)
    cuts: tuple[Cut, ...] = ()
    slots: tuple[Slot, ...] = ()
    slot_warnings: tuple[str, ...] = ()
    plan: ScenePlan | None = None
    findings: tuple[Finding, ...] = ()
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    stills: dict[str, Still] = field(default_factory=dict)
    clips: dict[str, ClipView] = field(default_factory=dict)
    film: Film | None = None
    film_poster: Path | None = None
    film_copy: Path | None = None
    film_state: StepState = StepState("film", "Film", "empty")
    song_path: Path | None = None
    peaks_path: Path | None = None

    @property
    def posters(self) -> dict[str, Path]:
        """First pictures of the clips that have one."""
        return {slot: clip.poster for slot, clip in self.clips.items() if clip.poster}


def remarks(analysis: AudioAnalysis, told: Sequence[str]) -> list[str]:
    """What the analysis remarks, without what was told of the file already.

    Both count what was damaged, each in its own words, so their first words decide.
    """
    known = {" ".join(words.split()[:3]) for words in told}
    return [one for one in analysis.warnings if " ".join(one.split()[:3]) not in known]
