"""A project as one zip: decisions, and the files that cannot be made again.

    project.json          decisions
    bought.json           takes and reference pictures that were bought
    blobs/<sha256>.<ext>  the song, uploaded pictures, and the files of what was bought

An imported zip is hostile until every entry has been checked: only flat, known names, bounded
counts and sizes, content that matches its name.
"""

from __future__ import annotations

import json
import re
import uuid
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from cache.blobs import StoredBlob, writing
from cache.store import blobs_in
from pipeline.bench import StoreBench, storage_errors
from pipeline.errors import BadInput, NewerSchema, StorageFailed
from pipeline.project import SCHEMA, Project, changed, new_project_id
from pipeline.projects.belongings import Belongings, belongings_of, settle_in
from pipeline.schema import migrated

if TYPE_CHECKING:
    from pipeline.workshop import Workshop

DECISIONS, BOUGHT = "project.json", "bought.json"
MAX_ENTRIES = 6_000
MAX_ENTRY_BYTES = 2_000_000_000
MAX_TOTAL_BYTES = 8_000_000_000
MAX_DECISIONS_BYTES = 20_000_000
MAX_RATIO = 200
BLOB_NAME = re.compile(r"blobs/([0-9a-f]{64})(\.[a-z0-9]{1,8})")
CHUNK_BYTES = 1 << 20


def export_zip(studio: Workshop, project_id: str) -> Path:
    """Write the project's zip into the studio's exports and return its path.

    Raises:
        BadInput: It is more than a studio would take in again.
        StorageFailed: A file that it needs is gone, or the zip cannot be written.
    """
    project = studio.library.load(project_id)
    bought = belongings_of(studio, project)
    kept = {blob.digest: blob for blob in _named(project, bought)}
    documents = {DECISIONS: project, BOUGHT: bought}
    texts = {name: one.model_dump_json(indent=1) for name, one in documents.items()}
    _check_fits(texts, kept.values())
    folder = studio.settings.home / "exports" / project_id
    target = folder / "project.zip"
    temporary = folder / f".part-{uuid.uuid4().hex}"
    try:
        with storage_errors(), writing(temporary):
            folder.mkdir(parents=True, exist_ok=True)
            files = {_entry_of(one): studio.store.blobs.path(one) for one in kept.values()}
            _write(temporary, texts, files)
            return temporary.replace(target)
    except LookupError as error:
        raise StorageFailed(
            "A file of this project is gone or damaged, so it cannot be exported whole.",
            "Open its pages to see what is missing, choose that anew, and export again.",
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write(path: Path, texts: dict[str, str], files: dict[str, Path]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for name, file in files.items():
            archive.write(file, name)


def _check_fits(texts: dict[str, str], blobs: Collection[StoredBlob]) -> None:
    """Refuse to write what :func:`import_zip` refuses to read."""
    document_sizes = [len(text.encode()) for text in texts.values()]
    sizes = [*document_sizes, *(blob.bytes for blob in blobs)]
    too_much = len(sizes) > MAX_ENTRIES or sum(sizes) > MAX_TOTAL_BYTES
    too_large = max(sizes) > MAX_ENTRY_BYTES or max(document_sizes) > MAX_DECISIONS_BYTES
    if too_much or too_large:
        raise BadInput(
            f"This project is too large for a zip: {len(sizes):,} files and"
            f" {sum(sizes) / 1e9:.1f} GB, and a zip takes {MAX_ENTRIES:,} files,"
            f" {MAX_TOTAL_BYTES / 1e9:.0f} GB in all and {MAX_ENTRY_BYTES / 1e9:.0f} GB in one.",
            "Take its film and clips along as a bundle (Film page), or copy the studio's folder.",
        )


def import_zip(studio: Workshop, file: BinaryIO, owner: str) -> Project:
    """Add the project of a zip under a new id.

    Raises:
        BadInput: It is no such zip, an entry is not what it should be, or a file is missing.
        NewerSchema: A newer studio wrote it.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive)
            project, bought = _decisions(archive), _bought(archive)
            _check_complete(archive, project, bought)
            _take_blobs(studio, archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(
            "This file is not a project zip that can be read.", "Export the project again."
        ) from error
    mine = changed(project, id=new_project_id(), owner=owner, revision=0)
    return studio.library.add(settle_in(studio, mine, bought))


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or total > MAX_TOTAL_BYTES:
        raise BadInput("The zip holds too much.", "Export the project again.")
    for entry in entries:
        known = entry.filename in (DECISIONS, BOUGHT) or BLOB_NAME.fullmatch(entry.filename)
        bomb = entry.file_size > MAX_RATIO * max(1, entry.compress_size)
        if not known or bomb or entry.file_size > MAX_ENTRY_BYTES:
            raise BadInput(
                "The zip holds an entry that a project never has.", "Export the project again."
            )


def _decisions(archive: zipfile.ZipFile) -> Project:
    try:
        with archive.open(DECISIONS) as file:
            data: dict[str, Any] = json.loads(file.read(MAX_DECISIONS_BYTES))
        if int(data.get("schema_number", 0)) > SCHEMA:
            raise NewerSchema(
                "This project was written by a newer studio.", "Update the studio, then import it."
            )
        return Project.model_validate(migrated(data))
    except KeyError as error:
        raise BadInput("The zip holds no project.", "Choose a zip that Export made.") from error
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise BadInput("The zip's project is damaged.", "Export the project again.") from error


def _bought(archive: zipfile.ZipFile) -> Belongings:
    """What was bought for the project; nothing in a zip of an older studio."""
    if BOUGHT not in archive.namelist():
        return Belongings()
    try:
        with archive.open(BOUGHT) as file:
            return Belongings.model_validate_json(file.read(MAX_DECISIONS_BYTES))
    except ValidationError as error:
        raise BadInput("The zip's takes are damaged.", "Export the project again.") from error


def _named(project: Project, bought: Belongings) -> Iterator[StoredBlob]:
    """Every file that the zip's documents name."""
    yield from blobs_in([project.model_dump(mode="json"), bought.model_dump(mode="json")])


def _take_blobs(studio: Workshop, archive: zipfile.ZipFile) -> None:
    bench = StoreBench(studio.store)
    for entry in archive.infolist():
        named = BLOB_NAME.fullmatch(entry.filename)
        if not named:
            continue
        scratch = bench.scratch(named[2])
        with storage_errors(), archive.open(entry) as source, scratch.open("wb") as out:
            while chunk := source.read(CHUNK_BYTES):
                out.write(chunk)
        if bench.keep_file(scratch, named[2]).digest != named[1]:
            raise BadInput("A file in the zip is damaged.", "Export the project again.")
    bench.close()


def _check_complete(archive: zipfile.ZipFile, project: Project, bought: Belongings) -> None:
    """The zip itself must bring every file: a digest alone gives no right to what is stored."""
    brought = set(archive.namelist())
    for blob in _named(project, bought):
        if _entry_of(blob) not in brought:
            raise BadInput("A file that the project needs is missing.", "Export it again.")


def _entry_of(blob: StoredBlob) -> str:
    return f"blobs/{blob.digest}{blob.suffix}"
