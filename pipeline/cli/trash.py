"""Deleting projects, bringing them back, and emptying the trash."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline.cli.opening import Home, Json, ProjectId, studio_at
from pipeline.cli.output import Told, failure, tell
from pipeline.errors import RefusedEdit
from pipeline.money.usd import dollars
from pipeline.projects.trash import Discarded, losses

app = typer.Typer()


@app.command()
def delete(project: ProjectId, home: Home = None, as_json: Json = False) -> None:
    """Move a project to the trash; `restore` brings it back."""
    with studio_at(home) as studio:
        studio.trash.throw(project)
    words = f"{project} is in the trash: `restore {project}` brings it back."
    tell({"project": project, "deleted": True}, words, as_json=as_json)


@app.command()
def restore(project: ProjectId, home: Home = None, as_json: Json = False) -> None:
    """Bring a project back from the trash."""
    with studio_at(home) as studio:
        title = studio.trash.restore(project).title
    tell({"project": project, "title": title}, f"{title} is back: {project}", as_json=as_json)


@app.command()
def trash(
    empty: Annotated[bool, typer.Option("--empty", help="Delete what is in it for good.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before emptying.")] = False,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """What lies in the trash; it stays there until you empty it."""
    refused: RefusedEdit | None = None
    with studio_at(home) as studio:
        found = studio.trash.contents()
        if empty and found:
            _ask(found, yes=yes)
            kept = studio.trash.unsettled(tuple(one.id for one in found))
            try:
                studio.trash.empty(tuple(one.id for one in found))
            except RefusedEdit as error:
                refused = error
            found = tuple(one for one in found if one.id not in kept)
    lines = [_line(one) for one in found] or ["The trash is empty."]
    if empty and (found or refused):
        lines = [f"Deleted for good: {one.title} ({one.id})" for one in found] or [
            "Nothing was deleted."
        ]
    document = {"projects": [asdict(one) for one in found], "emptied": empty}
    if refused is not None:
        document |= failure(refused)
    tell(document, "\n".join(lines), as_json=as_json)
    if refused is not None:
        raise Told(refused)


def _ask(found: tuple[Discarded, ...], *, yes: bool) -> None:
    if yes:
        return
    if not typer.confirm(f"{losses(found)} Go on?", err=True):
        raise RefusedEdit("Nothing was deleted.", "Add --yes to empty it without a question.")


def _line(one: Discarded) -> str:
    at = datetime.fromtimestamp(one.at_s, UTC).strftime("%Y-%m-%d %H:%M")
    return f"{one.id}  {one.title}, {dollars(one.spent_usd_micro)} spent, deleted {at} UTC"
