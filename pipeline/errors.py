"""The one tree of errors. Interfaces catch :class:`StudioError` and show its two sentences.

StudioError                    what went wrong, and the way out
├── BadInput                   the person's input cannot be used                      exit 2
│   ├── NotAudio               the file holds no sound that can be decoded
│   ├── OutOfBounds            too long, too short, too large
│   ├── StaleEdit              an edit made on an older revision than the stored one
│   ├── RefusedEdit            an edit that would break a rule; nothing moved
│   └── NewerSchema            written by a newer studio
├── StorageFailed              disk full, folder not writable, home in use            exit 2
│   └── DiskFull               what is paid for waits until there is room
├── BudgetRefused              the limit would be passed; nothing was spent           exit 3
├── ProviderFailed             a vendor did not deliver                               exit 4
│   ├── ProviderBusy           rate or credit limit: wait, then the same request again
│   ├── ProviderUnreachable    no answer; whether it was accepted may be unknown
│   ├── CredentialsRefused     wrong, expired, missing or foreign key
│   ├── ContentRefused         moderation: not retryable unchanged
│   ├── RequestRefused         the request itself is wrong (404, 422, retired model)
│   └── OutputUnusable         delivered, but not what was asked for
├── InternalFault              a defect of the studio                                 exit 5
└── Cancelled                  stopped by a person                                    exit 130
"""

from __future__ import annotations

from typing import ClassVar


class StudioError(Exception):
    """Root of all errors that a person is meant to read.

    Args:
        message: One sentence that says what went wrong, in plain words. Never holds a key.
        way_out: One sentence that says what the person can do about it.
    """

    exit_code: ClassVar[int] = 5

    def __init__(self, message: str, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.message} {self.way_out}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        """Keep both sentences when the error crosses a process border."""
        return (type(self), (self.message, self.way_out))


class BadInput(StudioError):
    exit_code = 2


class NotAudio(BadInput):
    """The file holds no sound that can be decoded."""


class OutOfBounds(BadInput):
    """Too long, too short or too large for the studio's limits."""


class StaleEdit(BadInput):
    """The edit was made on an older revision; nothing was changed."""


class RefusedEdit(BadInput):
    """The edit would break a rule; nothing was changed."""


class NewerSchema(BadInput):
    """Written by a newer studio; it is left untouched."""


class StorageFailed(StudioError):
    exit_code = 2


class DiskFull(StorageFailed):
    """There was no room for a result; the same work succeeds once there is."""


class BudgetRefused(StudioError):
    exit_code = 3


class ProviderFailed(StudioError):
    exit_code = 4


class ProviderBusy(ProviderFailed):
    """Rate or credit limit. ``retry_after_s`` is the vendor's own advice where it gave one."""

    def __init__(self, message: str, way_out: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, way_out)
        self.retry_after_s = retry_after_s

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.way_out, self.retry_after_s))


class ProviderUnreachable(ProviderFailed):
    """No usable answer. For a create this means doubt, never failure: see the journal."""


class CredentialsRefused(ProviderFailed):
    """The key is missing, wrong, expired or belongs to another account."""


class ContentRefused(ProviderFailed):
    """Moderation refused the content; the same request would be refused again."""


class RequestRefused(ProviderFailed):
    """The vendor says that the request itself is wrong; nothing was created."""


class OutputUnusable(ProviderFailed):
    """The vendor delivered something that is not what was asked for."""


class InternalFault(StudioError):
    exit_code = 5


class Cancelled(StudioError):
    exit_code = 130


def kind_of(error: StudioError) -> str:
    """Name of the error's class in this tree: the nearest, where a part of it has its own."""
    here = (kind for kind in type(error).__mro__ if kind.__module__ == __name__)
    return next(kind.__name__ for kind in here)
