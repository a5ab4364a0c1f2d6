"""English words found in a sound on this machine: forced alignment by CMU PocketSphinx.

An optional part (``pip install pocketsphinx``): the package brings its acoustic model and its
dictionary, so nothing is fetched and nothing leaves the machine. Why this one:
``docs/decisions/0009-aligning-on-this-machine.md``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import InternalFault
from pipeline.lyrics.transcriber import Pcm, Spoken

PACKAGE = "pocketsphinx"
HOW_TO_GET_IT = "pip install pocketsphinx"
RATE_HZ = 16_000
FRAME_S = 0.01
# Fed in pieces, the front end follows the level of the music; a whole song at once was found to
# place a quarter fewer words within 0.3 s, and could not be stopped.
PIECE_S = 4.0
# Wide: sung vowels are long, and a path that is dropped early loses the rest of the song.
BEAMS = {"beam": 1e-80, "wbeam": 1e-60, "pbeam": 1e-80}
LONGEST_SOUNDED = 24
_LETTERS = re.compile(r"[a-z']+|[0-9]")
_STRETCHED = re.compile(r"(.)\1{2,}")


def installed() -> bool:
    """Whether the package is there; it is not loaded for the answer."""
    return find_spec(PACKAGE) is not None


class PocketSphinxAligner:
    """Implements :class:`pipeline.lyrics.transcriber.Aligner` for English."""

    rate_hz = RATE_HZ

    def knows(self, word: str) -> bool:
        parts = self._parts(word)
        return bool(parts) and all(self._decoder.lookup_word(part) for part in parts)

    def align(
        self, sound: Pcm, words: Sequence[str], tell: Callable[[float], None]
    ) -> tuple[Spoken | None, ...]:
        parts = [self._sounded(word) for word in words]
        line = " ".join(part for some in parts for part in some)
        if not line or not sound.size:
            return ()
        self._decoder.set_align_text(line)
        found = iter(self._run(sound, tell))
        # A sound that ends too early leaves the last words without a place.
        return tuple(_whole([each for _, each in zip(some, found, strict=False)]) for some in parts)

    def _run(self, sound: Pcm, tell: Callable[[float], None]) -> list[Spoken]:
        decoder, step = self._decoder, int(PIECE_S * RATE_HZ)
        decoder.start_utt()
        try:
            for at in range(0, sound.size, step):
                tell(at / sound.size)
                decoder.process_raw(np.ascontiguousarray(sound[at : at + step]).tobytes())
        finally:
            decoder.end_utt()
        return list(_segments(decoder.seg() or ()))

    @cached_property
    def _decoder(self) -> Any:
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise InternalFault(
                "The part that finds words on this machine is not installed.",
                f"Install it with: {HOW_TO_GET_IT}",
            ) from error
        return Decoder(lm=None, loglevel="FATAL", **BEAMS)

    @cached_property
    def _rules(self) -> dict[str, Any]:
        text = Path(__file__).with_name("letter_sounds.json").read_text(encoding="utf-8")
        rules: dict[str, Any] = json.loads(text)
        return rules

    def _parts(self, word: str) -> list[str]:
        """A written word as words of a dictionary: “heart-beat” is two, “24” is two, too."""
        plain = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
        bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
        pieces = _LETTERS.findall(_STRETCHED.sub(r"\1\1", bare))
        digits = self._rules["digits"]
        spoken = (digits[int(one)] if one.isdigit() else self._known_form(one) for one in pieces)
        return [one for one in spoken if one.strip("'")]

    def _known_form(self, piece: str) -> str:
        """The spelling that the dictionary has, where one without quotes will do."""
        forms = (piece, piece.strip("'"), piece.rstrip("'") + "g")
        return next((one for one in forms if one and self._decoder.lookup_word(one)), piece)

    def _sounded(self, word: str) -> list[str]:
        """The parts of a word, each known to the decoder by now; none if one has no sound."""
        parts = self._parts(word)
        for part in parts:
            if self._decoder.lookup_word(part):
                continue
            sounds = self._by_rule(part)
            if not sounds:
                return []
            self._decoder.add_word(part, sounds, True)
        return parts

    def _by_rule(self, part: str) -> str:
        """Sounds of a word that no dictionary has, letter by letter; rough, and good enough."""
        for ending, sound in self._rules["endings"].items():
            stem = part.removesuffix(ending)
            known = self._decoder.lookup_word(stem) if stem and stem != part else None
            if known:
                return f"{known} {sound}".strip()
        letters = part.replace("'", "")[:LONGEST_SOUNDED]
        return " ".join(_sounds(letters, self._rules["sounds"]))


def _sounds(letters: str, rules: dict[str, str]) -> Iterator[str]:
    """The longest rule that fits, from left to right; a last “e” is silent."""
    at = 0
    while at < len(letters):
        if letters[at:] == "e" and at > 1:
            return
        group = next(
            (letters[at : at + size] for size in (4, 3, 2, 1) if letters[at : at + size] in rules),
            "",
        )
        if group:
            yield rules[group]
        at += len(group) or 1


def _segments(segments: Any) -> Iterator[Spoken]:
    """The words among the decoder's segments; silences and noises are none."""
    for one in segments:
        if not one.word.startswith(("<", "(", "[", "++")):
            yield Spoken(one.start_frame * FRAME_S, (one.end_frame + 1) * FRAME_S)


def _whole(parts: Sequence[Spoken]) -> Spoken | None:
    return Spoken(parts[0].start_s, parts[-1].end_s) if parts else None
