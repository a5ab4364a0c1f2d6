"""How every command opens the studio, and the options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.settings import read_settings
from pipeline.studio import Studio, open_studio

Home = Annotated[Path | None, typer.Option(help="The studio's folder; default STUDIO_HOME.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")]
ProjectId = Annotated[str, typer.Argument(help="Id of a project of this home.")]


@contextmanager
def studio_at(home: Path | None, *, work_here: bool = False) -> Iterator[Studio]:
    """The studio of a home, closed whatever happens; it works only where that is asked for."""
    studio = open_studio(read_settings(home=home), work_here=work_here)
    try:
        yield studio
    finally:
        studio.close()
