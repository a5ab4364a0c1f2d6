"""Why something is stale: the inputs of the last result held against today's, in words."""

from __future__ import annotations

from typing import Any

from cache import Miss
from pipeline.model import Clip, Film, Frozen
from pipeline.notes import Notes
from pipeline.stage import canonical
from pipeline.timebase import clock

FILM_WORDS = {
    "format": "size, rate or fit changed",
    "song": "the song changed",
    "end_s": "the end moved",
    "closing": "the ending changed",
}
CLIP_WORDS = {
    "take": "the take asked for",
    "action": "the action",
    "cast": "the cast",
    "place": "the place",
    "time_of_day": "the time of day",
    "weather": "the weather",
    "size": "the shot size",
    "angle": "the camera angle",
    "movement": "the camera movement",
    "speed": "the camera speed",
    "light": "the light",
    "look": "the look",
    "palette": "the palette",
    "caption": "the caption",
    "frames": "its length",
    "head": "its length",
    "tail": "its length",
    "marks": "its place in the song",
    "beats_s": "its place in the song",
    "accents_s": "its place in the song",
    "energy": "its place in the song",
    "energy_step_s": "its place in the song",
    "width": "the film's size",
    "height": "the film's size",
    "fps": "the film's rate",
}
"""The inputs of a preview as a person knows them, the telling ones first."""


class Latest:
    """Remembers of each unit the inputs of its last result; it never decides what is reused.

    Args:
        notes: Where it is noted.
    """

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def remember(
        self, project_id: str, stage: str, unit: str, inputs: Frozen, output: Frozen | None = None
    ) -> None:
        """Note a result that was just made."""
        record = {
            "inputs": canonical(inputs),
            "output": output.model_dump(mode="json") if output else None,
        }
        self._notes.put(_key(project_id, stage, unit), record)

    def inputs(self, project_id: str, stage: str, unit: str) -> dict[str, Any] | None:
        """Canonical inputs of the last result, or None when there was none."""
        record = self._record(project_id, stage, unit)
        return record["inputs"] if record else None

    def film(self, project_id: str) -> Film | None:
        """The last film that was made, whatever has been decided since."""
        record = self._record(project_id, "film", "film")
        return Film.model_validate(record["output"]) if record and record["output"] else None

    def clip(self, project_id: str, slot_id: str) -> Clip | None:
        """The last preview of a slot, whatever has been decided since; older notes hold none."""
        record = self._record(project_id, "previews", slot_id)
        return Clip.model_validate(record["output"]) if record and record["output"] else None

    def forget(self, project_id: str, slots: tuple[str, ...]) -> None:
        """Drop what is noted of a deleted project."""
        self._notes.drop(_key(project_id, "film", "film"))
        for slot in slots:
            self._notes.drop(_key(project_id, "previews", slot))

    def _record(self, project_id: str, stage: str, unit: str) -> dict[str, Any] | None:
        try:
            return self._notes.get(_key(project_id, stage, unit))
        except Miss:
            return None


def _key(project_id: str, stage: str, unit: str) -> str:
    return f"latest/{project_id}/{stage}/{unit}"


def film_changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What differs between the film that was made and the film as decided now."""
    words = [text for name, text in FILM_WORDS.items() if before.get(name) != now.get(name)]
    was = {slot["slot_id"]: slot for slot in before["slots"]}
    are = {slot["slot_id"]: slot for slot in now["slots"]}
    words += _counted(
        len(was.keys() ^ are.keys()), "slot added or removed", "slots added or removed"
    )
    both = [(was[one], are[one]) for one in was.keys() & are.keys()]
    moved = [pair for pair in both if pair[0]["start_s"] != pair[1]["start_s"]]
    words += [_moved(*moved[0])] if len(moved) == 1 else _counted(len(moved), "", "cuts moved")
    recut = sum(old["clip"] != new["clip"] for old, new in both)
    words += _counted(recut, "clip changed", "clips changed")
    joined = sum(old["transition"] != new["transition"] for old, new in both)
    words += _counted(joined, "transition changed", "transitions changed")
    return ", ".join(words)


def _moved(old: dict[str, Any], new: dict[str, Any]) -> str:
    by_s = float(new["start_s"]) - float(old["start_s"])
    return f"the cut at {clock(float(old['start_s']))} moved {by_s:+.2f} s"


def _counted(number: int, one: str, many: str) -> list[str]:
    return [f"{number} {one if number == 1 else many}"] if number else []


def clip_changes(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What of a clip differs, in words, each once."""
    names = [name for name in CLIP_WORDS if before.get(name) != now.get(name)]
    return ", ".join(dict.fromkeys(CLIP_WORDS[name] for name in names)) or "how it is drawn"
