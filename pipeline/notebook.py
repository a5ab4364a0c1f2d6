"""What notebooks and scripts call to begin: the same studio as the app's."""

from __future__ import annotations

from pathlib import Path

from pipeline.settings import read_settings
from pipeline.studio import Studio, open_studio


def open_here(home: Path | None = None) -> Studio:
    """A studio in a folder, doing its work in this process.

    Args:
        home: The studio's folder; ``STUDIO_HOME`` or ``.studio`` when None.
    """
    return open_studio(read_settings(home=home))
