"""The commands. Each option of the command line is an argument here, so there are many."""

from __future__ import annotations

import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import money, projects, report, trash, words
from pipeline.cli.opening import Home, Json, ProjectId, studio_at
from pipeline.cli.order import Order, project_for
from pipeline.cli.output import Told, failure, follow, say, tell
from pipeline.errors import (
    BadInput,
    CredentialsRefused,
    ProviderFailed,
    StorageFailed,
    StudioError,
)
from pipeline.settings import read_settings
from pipeline.studio import Studio

app = typer.Typer(
    help="Turn a song into a music video, stage by stage.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(projects.app)
app.add_typer(trash.app)


class Planner(StrEnum):
    OFFLINE = "offline"
    OPENAI = "openai"


class Renderer(StrEnum):
    OFFLINE = "offline"
    REPLICATE = "replicate"


class PauseAfter(StrEnum):
    PLAN = "plan"
    REFERENCES = "references"
    CLIPS = "clips"


@app.command()
def run(  # noqa: PLR0913, PLR0917  # every option is an argument
    song: Annotated[Path | None, typer.Argument(help="The song.")] = None,
    brief: Annotated[str | None, typer.Option(help="What the film should be.")] = None,
    out: Annotated[Path, typer.Option(help="Where the film is written.")] = Path("film.mp4"),
    home: Home = None,
    title: Annotated[str | None, typer.Option(help="Title of the project.")] = None,
    planner: Annotated[Planner | None, typer.Option(help="Who writes the plan.")] = None,
    planner_model: Annotated[
        str | None, typer.Option(help="Language model that plans; implies --planner openai.")
    ] = None,
    renderer: Annotated[Renderer | None, typer.Option(help="Who makes the clips.")] = None,
    model: Annotated[str | None, typer.Option(help="Video model, see catalogue.")] = None,
    budget: Annotated[str | None, typer.Option(help="Limit in US dollars.")] = None,
    aspect: Annotated[str | None, typer.Option(help="16:9, 9:16, 1:1 or 4:5.")] = None,
    height: Annotated[int | None, typer.Option(help="Height in pixels.")] = None,
    fps: Annotated[int | None, typer.Option(help="24, 25 or 30.")] = None,
    start: Annotated[float | None, typer.Option(help="Second at which the film begins.")] = None,
    end: Annotated[float | None, typer.Option(help="Second at which it ends.")] = None,
    resume: Annotated[bool, typer.Option(help="Go on with this song's last project.")] = False,
    allow_retired: Annotated[bool, typer.Option(help="Buy from retired models.")] = False,
    demo: Annotated[bool, typer.Option(help="Use the demo song.")] = False,
    pause_after: Annotated[
        PauseAfter | None, typer.Option(help="Stop there; --resume goes on.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a film of a song."""
    if (song is None) != demo:
        raise BadInput("Name one song, or ask for the demo song with --demo.")
    order = Order(
        song=song,
        brief=brief,
        title=title,
        planner=planner.value if planner else None,
        planner_model=planner_model,
        renderer=renderer.value if renderer else None,
        model=model,
        budget_usd=budget,
        aspect=aspect,
        height=height,
        fps=fps,
        start_s=start,
        end_s=end,
        allow_retired=allow_retired,
    )
    check_writable(out)
    with studio_at(home, work_here=True) as studio:
        project = project_for(studio, order, resume)
        if pause_after:
            document = pause_film(studio, project.id, pause_after.value)
            tell(document, report.paused(document), as_json=as_json)
            return
        document, missing = make_film(studio, project.id, out)
    if missing is not None:
        document |= failure(missing)
    tell(document, report.made(document), as_json=as_json)
    if missing is not None:
        raise Told(missing)


def pause_film(studio: Studio, project_id: str, wanted: str) -> dict[str, Any]:
    """Run a project up to the stage after which it is to pause, and describe what is there.

    A project without bought clips has its previews in their place.
    """
    for first in report.written_first(studio, project_id):
        follow(studio, project_id, first)
    goal = report.goals(studio, project_id)[0]
    stage = "previews" if (goal, wanted) == ("film", "clips") else wanted
    state = follow(studio, project_id, goal, pause_after=stage)
    return report.pause(studio.view(project_id), wanted, state)


def make_film(
    studio: Studio, project_id: str, out: Path
) -> tuple[dict[str, Any], StudioError | None]:
    """Run a project to its film, write it, and describe both.

    Returns:
        The description, and why clips are missing where the film shows previews instead.
    """
    states, missing = [], None
    goals = (*report.written_first(studio, project_id), *report.goals(studio, project_id))
    for goal in goals:
        try:
            states.append(follow(studio, project_id, goal))
        except (ProviderFailed, BadInput) as error:
            if goal != "clips" or isinstance(error, CredentialsRefused):
                raise
            # One clip's failure stops no other: the film shows previews where clips are missing.
            missing = error
    view = studio.view(project_id)
    if view.film is None:
        raise StorageFailed("The film was made but cannot be found.", "Run the command again.")
    write_film(studio.path(view.film.blob), out)
    return report.film(view, out, states), missing


def check_writable(out: Path) -> None:
    """Refuse a place where the film could not be written before any work is done."""
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise BadInput(f"The film cannot be written to {out}.", "Name a file in a folder that is.")


def write_film(source: Path, out: Path) -> None:
    temporary = out.with_name(f".{out.name}.part")
    try:
        shutil.copyfile(source, temporary)
        temporary.replace(out)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageFailed(
            f"The film could not be written to {out}: {error.strerror}.",
            "Choose another place with --out; the film is kept in the studio.",
        ) from error


@app.command()
def analyze(
    song: Annotated[Path, typer.Argument(help="The song.")],
    lyrics: Annotated[Path | None, typer.Option(help="Its words: .txt, .lrc, .srt, .vtt.")] = None,
    find_words: Annotated[bool, typer.Option(help="Find English words in the song.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Listen to a song: beats, bars, sections, mood, and where the film would cut."""
    with studio_at(home, work_here=True) as studio:
        project = project_for(studio, Order(song=song), resume=False)
        if lyrics is not None:
            words.use_lyrics(studio, project, lyrics)
        follow(studio, project.id, "word-times" if find_words else "analysis")
        view = studio.view(project.id)
    document = {**report.analysis(view), "lyrics": words.described(view.lyrics)}
    tell(document, report.heard(view), as_json=as_json)


@app.command("check-cast")
def check_cast(
    file: Annotated[Path, typer.Argument(help="One JSON object a line: id, text.")],
    as_json: Json = True,
) -> None:
    """Judge descriptions of characters, one JSON object a line."""
    from pipeline.cast.check import check_file, written

    for verdict in check_file(file):
        say(written(verdict))


@app.command()
def quote(project: ProjectId, home: Home = None, as_json: Json = False) -> None:
    """What is left to buy for a project, per clip and in all."""
    with studio_at(home) as studio:
        document = money.quote(studio, project)
    tell(document, money.quoted(document), as_json=as_json)


@app.command()
def ledger(project: ProjectId, home: Home = None, as_json: Json = False) -> None:
    """Every entry of a project's ledger, and the sums."""
    with studio_at(home) as studio:
        document = money.ledger(studio, project)
    tell(document, money.booked(document), as_json=as_json)


@app.command()
def catalogue(
    action: Annotated[str, typer.Argument(help="'check' compares with the live schemas.")] = "",
    as_json: Json = False,
) -> None:
    """The models, their prices and dates."""
    if action not in ("", "check"):
        raise BadInput(f"{action!r} is no action.", "Use: catalogue, or catalogue check.")
    document = money.catalogue_check() if action else money.catalogue()
    tell(document, money.listed(document), as_json=as_json)


@app.command()
def export(
    project: ProjectId,
    format_name: Annotated[str, typer.Option("--format", help="otio, edl, fcpxml, srt ...")],
    out: Annotated[Path | None, typer.Option(help="Where to write it.")] = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Write a timeline, captions or the clips as files."""
    with studio_at(home) as studio:
        made = studio.files.export(project, format_name)
        target = out or Path(made.name)
        check_writable(target)
        write_film(made, target)
    document = {"project": project, "format": format_name, "file": str(target)}
    tell(document, str(target), as_json=as_json)


@app.command()
def worker(
    queue: Annotated[list[str] | None, typer.Option(help="Take only these kinds of work.")] = None,
    home: Home = None,
) -> None:
    """Do the work that an app elsewhere asks for, until stopped."""
    from pipeline.jobs.worker import run_worker

    settings = read_settings(home=home)
    if settings.database_url and not settings.artifacts_url:
        say(
            f"Results stay in {settings.home}: the app must use it too,"
            " or set STUDIO_ARTIFACTS_URL."
        )
    with studio_at(home) as studio:
        run_worker(studio.engine, tuple(queue or ()))


@app.command()
def doctor(home: Home = None, as_json: Json = False) -> None:
    """What works on this machine, and what a missing key or part costs."""
    with studio_at(home) as studio:
        checks = studio.doctor()
    lines = (
        f"{'ok     ' if check.ok else 'missing'}  {check.name}: {check.message}"
        + ("" if check.ok else f". {check.cost}")
        for check in checks
    )
    tell({"checks": [vars(check) for check in checks]}, "\n".join(lines), as_json=as_json)
