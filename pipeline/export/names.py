"""File names that every system takes, whatever a title holds."""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 60
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def safe_name(text: str, fallback: str = "untitled") -> str:
    """Letters, digits, space, dash and underscore of any script; never a path, never empty."""
    plain = unicodedata.normalize("NFKC", text)
    kept = "".join(letter if letter.isalnum() or letter in " -_" else " " for letter in plain)
    name = " ".join(kept.split())[:MAX_LENGTH].strip(" -_")
    # Names are counted in bytes by file systems: 60 letters of any script stay below 255.
    return fallback if not name or RESERVED.match(name) else name
