"""What a person ordered on the command line, and the project that stands for it.

The same order on the same home finds its project again, so a second run does no stage work and
a killed one goes on where it was.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipeline.errors import BadInput, CredentialsRefused
from pipeline.limits import models_of
from pipeline.model import Aspect, FilmFormat, Frozen, Song
from pipeline.money.usd import parse_budget
from pipeline.planning.choosing import with_planner
from pipeline.project import PREVIEW_MODEL, Brief, Excerpt, ModelChoice, Project, changed
from pipeline.stage import digest_of

if TYPE_CHECKING:
    from pipeline.studio import Studio

TITLE_LENGTH = 120
BRIEF_LENGTH = 10_000
LONGEST_SHOWN = 12
DEFAULT_HEIGHT = {"16:9": 720, "9:16": 1280, "1:1": 720, "4:5": 900}


class Order(Frozen):
    """Options of ``run``; None means that the option was not given."""

    song: Path | None
    brief: str | None = None
    title: str | None = None
    planner: Literal["offline", "openai"] | None = None
    planner_model: str | None = None
    renderer: Literal["offline", "replicate"] | None = None
    model: str | None = None
    budget_usd: str | None = None
    aspect: str | None = None
    height: int | None = None
    fps: int | None = None
    start_s: float | None = None
    end_s: float | None = None
    allow_retired: bool = False

    @property
    def digest(self) -> str:
        """Same for the same options, whatever the song's path."""
        apart = {"song", "budget_usd"} | (
            {"planner_model"} if self.planner_model is None else set()
        )
        return digest_of(self.model_dump(mode="json", exclude=apart))


def project_for(studio: Studio, order: Order, resume: bool) -> Project:
    """The project of an order: the one that it made before, or a new one.

    Args:
        studio: The open studio.
        order: What was asked for.
        resume: Take the last project of this song, whatever its options were, and change only
            what was given now.

    Raises:
        BadInput: An option cannot be used, or the song cannot be read.
        NewerSchema: The project to go on with was written by a newer studio.
    """
    limit_usd_micro = parse_budget(order.budget_usd) if order.budget_usd is not None else None
    if order.model:
        studio.catalogue.get(order.model)
    song = (
        studio.songs.demo()
        if order.song is None
        else studio.songs.take_in(order.song, order.song.name)
    )
    earlier = studio.shelf.last_of(song) if resume else _earlier(studio, song, order.digest)
    # Every option is checked before a project exists: a refused order leaves nothing behind.
    wanted = changed(_with(earlier or studio.songs.draft(song), order), origin=order.digest)
    _check_key(studio, wanted)
    project = earlier or studio.library.add(wanted)
    if limit_usd_micro is not None:
        studio.spending.set_limit(project.id, limit_usd_micro)
    return studio.change(
        project.id,
        project.revision,
        "Options of the command line",
        lambda one: changed(_with(one, order), origin=order.digest),
    )


def _check_key(studio: Studio, project: Project) -> None:
    """Name a missing key before any work is done for a film that cannot be made with it."""
    buys = any(not studio.catalogue.get(key).free for key in models_of(project))
    if buys and not studio.keys.key(project.id, "REPLICATE_API_TOKEN"):
        raise CredentialsRefused(
            "Clips by this model are bought on Replicate, and there is no key.",
            "Set REPLICATE_API_TOKEN, or use --renderer offline.",
        )
    writes = project.planner == "openai" and project.plan is None
    if writes and not studio.keys.key(project.id, "OPENAI_API_KEY"):
        raise CredentialsRefused(
            "Planning with a language model needs an OpenAI key.",
            "Set OPENAI_API_KEY (any text for a server of your own), or use --planner offline.",
        )


def _earlier(studio: Studio, song: Song, origin: str) -> Project | None:
    """The newest project of the same song that was made by the same order."""
    for project in studio.shelf.readable():
        same_song = project.song is not None and project.song.blob == song.blob
        if same_song and project.origin == origin:
            return project
    return None


def _with(project: Project, order: Order) -> Project:
    """The project with every option that was given."""
    fields: dict[str, object] = {
        "title": (order.title or "").strip()[:TITLE_LENGTH] or project.title,
        "format": _format(project.format, order),
        "excerpt": _excerpt(project, order),
        "model": _model(project.model, order),
        "allow_retired": order.allow_retired or project.allow_retired,
    }
    if order.brief is not None and len(order.brief) > BRIEF_LENGTH:
        raise BadInput(
            f"The brief has {len(order.brief):,} characters; {BRIEF_LENGTH:,} are the most.",
            "Say it shorter.",
        )
    if order.brief is not None and order.brief != project.brief.text:
        fields["brief"] = Brief.model_validate({**dict(project.brief), "text": order.brief})
        fields["plan"] = None
    return with_planner(changed(project, **fields), order.planner, order.planner_model)


def _format(present: FilmFormat, order: Order) -> FilmFormat:
    aspect = order.aspect or present.aspect.value
    if aspect not in set(Aspect):
        raise BadInput(f"{aspect!r} is no aspect.", "Use 16:9, 9:16, 1:1 or 4:5.")
    if order.fps not in (None, 24, 25, 30):
        raise BadInput(
            f"{_shown(order.fps)} frames per second are not offered.", "Use 24, 25 or 30."
        )
    if order.height is not None and not 144 <= order.height <= 2160:
        raise BadInput(
            f"A height of {_shown(order.height)} is not offered.", "Use 144 to 2160 pixels."
        )
    height = order.height or (DEFAULT_HEIGHT[aspect] if order.aspect else present.height)
    return FilmFormat.model_validate(
        {"aspect": aspect, "height": height, "fps": order.fps or present.fps, "fit": present.fit}
    )


def _shown(number: int) -> str:
    """A number that was typed, as long as numbers of its kind are."""
    digits = str(number)
    return digits if len(digits) <= LONGEST_SHOWN else f"{digits[:LONGEST_SHOWN]}…"


def _excerpt(project: Project, order: Order) -> Excerpt:
    length_s = project.song.duration_s if project.song else 0.0
    if not all(isfinite(one) for one in (order.start_s, order.end_s) if one is not None):
        raise BadInput("Start and end are numbers of seconds.", "Use for example --start 12.5.")
    start_s = order.start_s if order.start_s is not None else project.excerpt.start_s
    end_s = order.end_s if order.end_s is not None else project.excerpt.end_s
    end_s = None if end_s is None or end_s >= length_s else end_s
    if not 0 <= start_s < (length_s if end_s is None else end_s) - 1.0:
        until_s = length_s if end_s is None else end_s
        raise BadInput(
            f"The excerpt from {start_s:.6g} s to {until_s:.6g} s is empty or too short.",
            f"Choose at least one second inside the song's {length_s:.1f} s.",
        )
    return Excerpt(start_s=start_s, end_s=end_s)


def _model(present: ModelChoice, order: Order) -> ModelChoice:
    if order.renderer == "offline":
        return ModelChoice(model=PREVIEW_MODEL)
    if order.model:
        return ModelChoice.model_validate({**dict(present), "model": order.model})
    if order.renderer == "replicate" and present.model == PREVIEW_MODEL:
        from pipeline.money.catalogue import load

        return ModelChoice(model=load().default("video", datetime.now(UTC).date()).key)
    return present
