"""Things done, where a description should only say how somebody looks."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.findings import Finding
from pipeline.cast.lexicon import singular, word_set
from pipeline.cast.reading import Reading

BODY_NOUNS = frozenset(
    {
        "hair",
        "hair_style",
        "marker",
        "accessory",
        "face",
        "garment",
        "footwear",
        "covering",
        "animal_mark",
        "pattern",
        "robot_mark",
        "beard",
        "form",
        "hair_shape",
        "coat",
        "surface",
    }
)


def actions(reading: Reading) -> Iterator[Finding]:
    """Doing something, where a description should only say how somebody looks."""
    doing, finite = word_set("actions", "doing"), word_set("actions", "finite")
    for at, token in enumerate(reading.tokens):
        two = f"{token.word} {reading.word(at + 1)}"
        if token.word in doing or two in doing:
            found = _participle(reading, at)
        elif token.word in finite or two in finite:
            found = _finite(reading, at)
        else:
            continue
        if found:
            yield Finding(
                "action_in_identity", token.start, _clause_end(reading, at), removable=True
            )


def _participle(reading: Reading, at: int) -> bool:
    following = reading.word(at + 1)
    start, end = reading.tokens[at].start, reading.tokens[at].end
    glued = bool({reading.text[start - 1 : start], reading.text[end : end + 1]} & {"-", "‑"})
    if (
        glued
        or following.isdigit()
        or following in {"age", "ages", "older", "younger"}
        or (reading.word(at) == "hiding" and following not in word_set("sets", "lurking"))
        or reading.text[end : end + 2].strip()[:1] in {'"', "“", "‘"}
        or following in word_set("actions", "gear")
        or _on_body(reading, at)
        or {reading.word(at + step) for step in range(2, 6)} & {"wheel", "wheels", "treads"}
    ):
        return False
    if reading.word(at - 1) in word_set("sets", "determiners") and following not in word_set(
        "actions", "scene"
    ):
        return False
    if (
        following
        and following not in word_set("actions", "scene")
        and reading.tokens[at + 1].sentence == reading.tokens[at].sentence
    ):
        return reading.word(at) in word_set("sets", "transitive") and following not in {"fields"}
    return not _mark_before(reading, at)


def _finite(reading: Reading, at: int) -> bool:
    before = reading.word(at - 1)
    subject = before in word_set("sets", "doers")
    person = reading.hit_at.get(at - 1)
    named = person is not None and bool(person.categories & word_set("sets", "doing_human"))
    person_does = before in {"he", "she", "who", "they"}
    if not (subject or named) or _on_body(reading, at):
        return False
    if before in {"that", "which"} and not _a_being(reading, at - 2):
        return False
    if not person_does and _mark_before(reading, at, reach=3):
        return False
    if _stays(reading, at):
        return False
    units = word_set("sets", "stance")
    return not (
        reading.word(at) in {"stands", "sits"}
        and (reading.word(at + 1) in units or reading.word(at + 1)[:1].isdigit())
    )


def _stays(reading: Reading, at: int) -> bool:
    """As in "stands out", "hides his hair", "always stands on the left": no deed."""
    verb, following = reading.word(at), reading.word(at + 1)
    if verb == "hides":
        return following not in word_set("sets", "lurking")
    if {reading.word(at + step) for step in range(1, 5)} & {"part", "role", "script"}:
        return True
    if reading.word(at - 1) == "it" and verb in {"stands", "sits", "rests"}:
        return reading.has("pronoun")
    if verb == "stands" and following in {"up", "for", "out"}:
        return True
    return verb in {"stands", "sits", "kneels"} and bool(
        {reading.word(at + step) for step in (2, 3)} & word_set("sets", "sides")
    )


def _a_being(reading: Reading, at: int) -> bool:
    hit = reading.hit_at.get(at)
    beings = {"human", "role", "species", "robot", "creature", "minor_word"}
    return hit is not None and bool(hit.categories & beings)


def _on_body(reading: Reading, at: int) -> bool:
    """As in "running from ear to jaw", "climbing up her neck": a mark or hair, not a deed."""
    tokens = reading.tokens
    ahead = [
        token.word for token in tokens[at + 1 : at + 7] if token.sentence == tokens[at].sentence
    ]
    if reading.word(at) in {"standing", "stands"} and (
        any(word[:1].isdigit() for word in ahead[:3])
        or set(ahead[:4]) & {"tall", "high", "upright", "metres", "feet"}
    ):
        return True
    if _into_cloth(reading, at):
        return True
    parts = {part for word in ahead for part in singular(word)}
    return bool(parts & word_set("actions", "body")) and reading.word(at) not in {
        "singing",
        "dancing",
        "walking",
    }


def _into_cloth(reading: Reading, at: int) -> bool:
    """As in "swimming in an oversize jumper", "falling over the boots": clothes, not a deed."""
    clause = reading.tokens[at].clause
    ahead = (reading.hit_at.get(step) for step in range(at + 1, at + 7))
    return reading.word(at + 1) in word_set("sets", "into") and any(
        hit is not None
        and bool(hit.categories & {"garment", "footwear"})
        and reading.tokens[hit.first].clause == clause
        for hit in ahead
    )


def _mark_before(reading: Reading, at: int, reach: int = 4) -> bool:
    """The nearest noun before, within the clause, is part of the look: it does the running."""
    clause = reading.tokens[at].clause
    for before in range(at - 1, max(-1, at - 1 - reach), -1):
        if reading.tokens[before].clause != clause:
            return False
        hit = reading.hit_at.get(before)
        if (
            hit
            and hit.categories & BODY_NOUNS
            and not hit.categories & word_set("sets", "doing_role")
        ):
            return True
        if hit and hit.categories & {"human", "role", "species", "pronoun"}:
            return False
    return False


def _clause_end(reading: Reading, at: int) -> int:
    tokens = reading.tokens
    last = at
    while last + 1 < len(tokens) and tokens[last + 1].clause == tokens[at].clause and last - at < 7:
        last += 1
    return tokens[last].end
