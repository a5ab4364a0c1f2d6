"""Where the studio lives and what it allows: the environment, read once.

Keys are not settings: each is read where a request is made, and never stored here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cache.remote import SCHEMES
from pipeline.errors import BadInput

DEFAULT_HOME = ".studio"
MIN_SONG_S = 3.0
MAX_SONG_S = 2 * 3600.0
MAX_UPLOAD_MB = 400
HOSTED_MAX_SONG_S = 600.0
HOSTED_MAX_UPLOAD_MB = 60
MAX_COMPUTE_WORKERS = 4


@dataclass(frozen=True)
class Settings:
    """Limits in seconds and megabytes; ``database_url`` and ``artifacts_url`` None mean local.

    ``hosted`` gives every visitor projects and keys of their own. ``workers`` is how many
    processes compute at once.
    """

    home: Path
    hosted: bool = False
    database_url: str | None = None
    artifacts_url: str | None = None
    min_song_s: float = MIN_SONG_S
    max_song_s: float = MAX_SONG_S
    max_upload_mb: int = MAX_UPLOAD_MB
    workers: int = 2

    @property
    def projects(self) -> Path:
        return self.home / "projects"

    @property
    def store(self) -> Path:
        return self.home / "store"

    @property
    def ledger_url(self) -> str:
        """Where money and runs are written down."""
        return self.database_url or f"sqlite:///{self.home / 'studio.sqlite'}"


def read_settings(
    environment: Mapping[str, str] = os.environ, home: Path | None = None
) -> Settings:
    """Settings from the environment; ``home`` overrides ``STUDIO_HOME``.

    Raises:
        BadInput: A variable holds something that cannot be used; the sentence names it.
    """
    hosted = environment.get("STUDIO_HOSTED", "").lower() in ("1", "true", "yes")
    chosen = home or Path(environment.get("STUDIO_HOME") or DEFAULT_HOME)
    return Settings(
        home=chosen.expanduser().resolve(),
        hosted=hosted,
        database_url=environment.get("STUDIO_DATABASE_URL") or None,
        artifacts_url=_artifacts(environment.get("STUDIO_ARTIFACTS_URL") or None),
        max_song_s=_number(
            environment, "STUDIO_MAX_SONG_S", HOSTED_MAX_SONG_S if hosted else MAX_SONG_S
        ),
        max_upload_mb=int(
            _number(
                environment,
                "STUDIO_MAX_UPLOAD_MB",
                HOSTED_MAX_UPLOAD_MB if hosted else MAX_UPLOAD_MB,
            )
        ),
        workers=int(_number(environment, "STUDIO_WORKERS", _default_workers(hosted))),
    )


def _artifacts(address: str | None) -> str | None:
    """A folder's full path, or an address of a kind that is known.

    Raises:
        BadInput: It is neither.
    """
    if address is None or "://" not in address:
        return str(Path(address).expanduser().resolve()) if address else None
    if address.split("://")[0] not in SCHEMES:
        raise BadInput(
            "STUDIO_ARTIFACTS_URL is no address that results can be shared at.",
            "Use s3://bucket/path, gs://, az://, file:///path or the path of a folder.",
        )
    return address


def _default_workers(hosted: bool) -> int:
    """One process on a small host, else one for each core up to four."""
    return 1 if hosted else min(MAX_COMPUTE_WORKERS, os.cpu_count() or 1)


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError as error:
        raise BadInput(
            f"{name} is {text[:40]!r}, which is not a number.", f"Set {name} to a number."
        ) from error
    if not value > 0 or value == float("inf"):
        raise BadInput(f"{name} must be above zero.", f"Set {name} to a positive number.")
    return value
