"""Everything in one zip: numbered clips, the song, captions and all timelines beside them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import BadInput
from pipeline.export import captions
from pipeline.export.inputs import ExportInputs
from pipeline.export.media import clip_name, song_name
from pipeline.export.names import safe_name
from pipeline.export.timeline import write_timeline
from pipeline.model import Blob

PathOf = Callable[[Blob], Path]

READ_ME = """{title}

clips/      every clip as it was made, with its handles; numbers follow the film
song        the song, untouched
*.otio      timeline for DaVinci Resolve 18.5+ and others
*.fcpxml    timeline for Final Cut Pro and DaVinci Resolve
*.xml       timeline for Premiere Pro and DaVinci Resolve (Final Cut 7 XML)
*.edl       cuts and dissolves only, for everything else
*.srt *.vtt *.lrc   the words, where the song has any

Import a timeline from inside this folder: media names are relative to it.
Fades from and to black are cuts in the timelines; crossfades are dissolves.
"""


def write_bundle(inputs: ExportInputs, out: Path, path_of: PathOf) -> None:
    """Write the zip; media is stored as it is, since it does not shrink."""
    name = safe_name(inputs.title)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("README.txt", READ_ME.format(title=inputs.title))
        for format_name in ("otio", "fcpxml", "xml", "edl"):
            bundle.writestr(f"{name}.{format_name}", write_timeline(inputs, format_name))
        for file_name, text in _captions(inputs, name):
            bundle.writestr(file_name, text)
        for file_name, blob in _media(inputs).items():
            bundle.write(path_of(blob), file_name, zipfile.ZIP_STORED)


def _captions(inputs: ExportInputs, name: str) -> Iterator[tuple[str, str]]:
    """Caption files; a song without words has none, which is no fault."""
    try:
        yield f"{name}.srt", captions.srt(inputs)
        yield f"{name}.vtt", captions.vtt(inputs)
        yield f"{name}.lrc", captions.lrc(inputs)
    except BadInput:
        return


def _media(inputs: ExportInputs) -> dict[str, Blob]:
    files = {
        clip_name(inputs, index): slot.clip.blob for index, slot in enumerate(inputs.film.slots)
    }
    return {**files, song_name(inputs): inputs.film.song}
