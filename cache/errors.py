"""Errors of the store.

CacheError
├── Miss              not stored, or stored and no longer intact (also a LookupError)
├── StoreUnwritable   disk full, no permission, folder gone; nothing half-written is visible
└── RemoteAway        the second tier cannot be reached or written; nothing is known to be lost
"""

from __future__ import annotations


class CacheError(Exception):
    """Root of the store's errors."""


class Miss(CacheError, LookupError):
    """The key or blob is not there, or not intact: make it again."""


class StoreUnwritable(CacheError):
    """The store could not be written. ``full`` tells a full disk from other causes."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.full = full


class RemoteAway(CacheError):
    """The second tier cannot be reached. Not a miss: what was paid for may lie there."""
