"""The words for state, each with its mark and colour: the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.money.usd import dollars

usd = dollars


@dataclass(frozen=True)
class Mark:
    """A state's word, its Material icon and the name of its colour in Streamlit's Markdown."""

    word: str
    icon: str
    colour: str

    @property
    def text(self) -> str:
        """Icon and word as Markdown."""
        return f":{self.colour}[{self.icon} {self.word}]"


MARKS = {
    "empty": Mark("empty", ":material/circle:", "gray"),
    "ready": Mark("ready", ":material/play_circle:", "primary"),
    "queued": Mark("queued", ":material/schedule:", "gray"),
    "waiting": Mark("waiting", ":material/hourglass_top:", "gray"),
    "running": Mark("running", ":material/autorenew:", "blue"),
    "done": Mark("done", ":material/check_circle:", "green"),
    "stale": Mark("stale", ":material/update:", "orange"),
    "failed": Mark("failed", ":material/error:", "red"),
    "held": Mark("held", ":material/pan_tool:", "orange"),
    "preview": Mark("preview", ":material/visibility:", "violet"),
    "cancelled": Mark("cancelled", ":material/block:", "gray"),
}


def mark(state: str) -> Mark:
    """The mark of a state; an unknown state is shown by its own word."""
    return MARKS.get(state, Mark(state, ":material/help:", "gray"))


def length(seconds: float) -> str:
    """``m:ss``, or ``h:mm:ss`` from an hour on."""
    whole = round(max(0.0, seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def span(seconds: float | None) -> str:
    """A wait in words: ``40 s``, ``3 min``, ``1 h 20 min``; nothing when it is unknown."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def ago(seconds: float) -> str:
    """How long ago something was: the same words in every time zone."""
    if seconds < 90:
        return "just now"
    for unit_s, word, until_s in ((60, "min", 5400), (3600, "h", 129_600), (86_400, "days", 1e12)):
        if seconds < until_s:
            return f"{round(seconds / unit_s)} {word} ago"
    return ""


def size(count: int) -> str:
    """Bytes in decimal units, as file managers show them."""
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit != "MB" else f"{value:.1f} MB"
        value /= 1000
    return f"{value:.1f} GB"
