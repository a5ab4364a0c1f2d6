"""Files to take home: timelines, captions, the bundle of clips; written into the exports folder."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.bench import storage_errors
from pipeline.derivation import Derivation
from pipeline.errors import BadInput
from pipeline.export import ExportInputs, ExportShot, file_name
from pipeline.export import export as write
from pipeline.model import Lyrics
from pipeline.stage import NotYet

if TYPE_CHECKING:
    from pipeline.workshop import Workshop


def export(studio: Workshop, project_id: str, format_name: str) -> Path:
    """Write one format and return the file's path.

    Raises:
        BadInput: The format is not known, or the clips have not been made yet.
    """
    project = studio.library.load(project_id)
    inputs = _inputs(studio.derivation(project))
    folder = studio.settings.home / "exports" / project_id
    with storage_errors():
        folder.mkdir(parents=True, exist_ok=True)
    # Two visitors may ask for the same file at once.
    temporary = folder / f".part-{uuid.uuid4().hex}"
    try:
        write(inputs, format_name, temporary, studio.path)
        return temporary.replace(folder / file_name(inputs, format_name))
    finally:
        temporary.unlink(missing_ok=True)


def _inputs(look: Derivation) -> ExportInputs:
    try:
        film = look.compose_inputs
    except NotYet as missing:
        raise BadInput(
            f"There is nothing to export yet: the {missing} come first.", "Make the film once."
        ) from missing
    actions = {slot_id: shot.action for slot_id, shot in look.shots.items()}
    return ExportInputs(
        title=look.project.title,
        film=film,
        shots=tuple(
            ExportShot(slot_id=slot.id, label=actions.get(slot.id, ""), lyric=slot.lyric)
            for slot in look.slots
        ),
        lyrics=look.lyrics or Lyrics(),
        downbeats_s=look.analysis.downbeats_s if look.analysis else (),
    )
