"""How the studio words its characters in prompts."""

from __future__ import annotations

from pipeline.cast.identity import identity_block, wardrobe_anchor
from pipeline.planning.prompts import Voices

VOICES = Voices(identity=identity_block, anchor=wardrobe_anchor)
