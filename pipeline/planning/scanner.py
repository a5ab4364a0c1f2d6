"""Finds the finished pieces of a JSON answer while it is still being written.

It also serves as the reader of broken answers: whatever was complete before the break is found,
and text round the JSON (fences, greetings) is passed over.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

Piece = tuple[str, Any]
_OPEN, _CLOSE = frozenset("{["), frozenset("}]")


@dataclass
class Scanner:
    """Feed it text; it gives each finished member of the outermost object, once.

    A member that is a list gives each of its finished objects under the list's name instead.
    """

    _text: str = ""
    _at: int = 0
    _stack: list[str] = field(default_factory=list)
    _in_string: bool = False
    _escaped: bool = False
    _string_from: int = 0
    _last_string: str = ""
    _key: str = ""
    _from: int = -1

    def feed(self, text: str) -> list[Piece]:
        """The pieces that this text finished, in order, as (name, value)."""
        self._text += text
        found: list[Piece] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            if self._in_string:
                self._string(char)
            elif self._stack or char == "{":
                self._step(char, found)
            self._at += 1
        return found

    def _string(self, char: str) -> None:
        if self._escaped:
            self._escaped = False
        elif char == "\\":
            self._escaped = True
        elif char == '"':
            self._in_string = False
            self._last_string = self._text[self._string_from + 1 : self._at]

    def _step(self, char: str, found: list[Piece]) -> None:
        if char == '"':
            self._in_string, self._string_from = True, self._at
        elif char in _OPEN:
            self._stack.append(char)
            if self._begins_piece():
                self._from = self._at
        elif char in _CLOSE:
            self._close(found)
        elif char == ":" and len(self._stack) == 1:
            self._key = self._last_string

    def _close(self, found: list[Piece]) -> None:
        if self._begins_piece():
            self._finish(found)
        self._stack.pop()
        if not self._stack:
            self._key = ""

    def _begins_piece(self) -> bool:
        """Whether the innermost bracket is a member object, or an object of a member list."""
        depth = len(self._stack)
        in_list = depth == 3 and self._stack[1] == "["
        return self._stack[-1:] == ["{"] and ((depth == 2 and self._key != "") or in_list)

    def _finish(self, found: list[Piece]) -> None:
        if self._from < 0:
            return
        try:
            value = json.loads(self._text[self._from : self._at + 1], strict=False)
        except (ValueError, RecursionError):
            value = None
        self._from = -1
        if value is not None:
            found.append((self._key, value))


def pieces_of(text: str) -> list[Piece]:
    """All finished pieces of a whole or broken answer."""
    return Scanner().feed(text)
