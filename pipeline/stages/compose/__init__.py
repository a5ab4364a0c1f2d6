"""Clips and song become the film: closed pieces keyed by content, copied together.

ComposeInputs ──plan──> PieceInputs ... ──PIECE──> Piece ... ──┐
                   └──> SoundInputs     ──SOUND──> Sound ──────┴─assemble──COMPOSE──> Film
"""

from pipeline.stages.compose.film import COMPOSE, assemble, compose, pieces_of
from pipeline.stages.compose.inputs import (
    ComposeInputs,
    Extent,
    FilmInputs,
    FilmSlot,
    Piece,
    PieceInputs,
    Sound,
    SoundInputs,
    Strip,
)
from pipeline.stages.compose.piece import PIECE
from pipeline.stages.compose.plan import Plan, extents, plan
from pipeline.stages.compose.sound import SOUND

__all__ = [
    "COMPOSE",
    "PIECE",
    "SOUND",
    "ComposeInputs",
    "Extent",
    "FilmInputs",
    "FilmSlot",
    "Piece",
    "PieceInputs",
    "Plan",
    "Sound",
    "SoundInputs",
    "Strip",
    "assemble",
    "compose",
    "extents",
    "pieces_of",
    "plan",
]
