"""Keys of vendors: read from the environment, or lent by a visitor for this process's life.

A key is handed to a provider call and to nothing else: it is in no file, row, log or exception.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock
from typing import Literal

KeyName = Literal["OPENAI_API_KEY", "REPLICATE_API_TOKEN"]
KEY_NAMES: tuple[KeyName, ...] = ("OPENAI_API_KEY", "REPLICATE_API_TOKEN")


class KeyRing:
    """Keys by project, in memory only.

    Args:
        from_environment: Whether the process's own keys may be used: yes at home, no on a share,
            where every visitor would spend them.
    """

    def __init__(self, from_environment: bool = True) -> None:
        self._from_environment = from_environment
        self._lent: dict[str, dict[str, str]] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"KeyRing({len(self._lent)} projects)"

    def lend(self, project_id: str, keys: Mapping[str, str]) -> None:
        """Use a visitor's keys for one project until the process ends or they are taken back."""
        with self._lock:
            self._lent[project_id] = {
                name: value for name, value in keys.items() if name in KEY_NAMES and value
            }

    def take_back(self, project_id: str) -> None:
        with self._lock:
            self._lent.pop(project_id, None)

    def key(self, project_id: str, name: KeyName) -> str | None:
        """The key for a project's request, or None."""
        with self._lock:
            lent = self._lent.get(project_id, {}).get(name)
        return lent or (os.environ.get(name) or None if self._from_environment else None)

    def sources(self, project_id: str = "") -> dict[str, str]:
        """Where each key would come from, for Settings; never the key itself."""
        return {name: self._source(project_id, name) for name in KEY_NAMES}

    def _source(self, project_id: str, name: KeyName) -> str:
        with self._lock:
            if self._lent.get(project_id, {}).get(name):
                return "this visit"
        if self._from_environment and os.environ.get(name):
            return "the environment"
        return ""
