"""Handing a film over to other programs: timelines, captions, a bundle of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from pipeline.errors import BadInput
from pipeline.export.inputs import ExportInputs, ExportShot, Format
from pipeline.export.names import safe_name
from pipeline.model import Blob

__all__ = ["ExportInputs", "ExportShot", "Format", "export", "file_name", "safe_name"]

CAPTIONS = ("srt", "vtt", "lrc")


def file_name(inputs: ExportInputs, format_name: str) -> str:
    """A safe name for the exported file, from the title."""
    return f"{safe_name(inputs.title)}.{format_name}"


def export(
    inputs: ExportInputs, format_name: str, out: Path, path_of: Callable[[Blob], Path]
) -> None:
    """Write a film in one format.

    Args:
        inputs: The film and its words.
        format_name: One of ``otio``, ``edl``, ``fcpxml``, ``xml``, ``srt``, ``vtt``, ``lrc``,
            ``zip``.
        out: The file to write; an existing one is replaced.
        path_of: Where a blob lies.

    Raises:
        BadInput: An unknown format, or captions of a song without timed words.
    """
    known = get_args(Format)
    if format_name not in known:
        raise BadInput(
            f"The studio does not export to {format_name!r}.", f"Choose one of {', '.join(known)}."
        )
    if format_name == "zip":
        from pipeline.export.bundle import write_bundle

        write_bundle(inputs, out, path_of)
    else:
        out.write_text(_text(inputs, format_name), "utf-8")


def _text(inputs: ExportInputs, format_name: str) -> str:
    if format_name in CAPTIONS:
        from pipeline.export import captions

        return str(getattr(captions, format_name)(inputs))
    from pipeline.export.timeline import write_timeline

    return write_timeline(inputs, format_name)
