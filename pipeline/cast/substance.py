"""Whether there is enough to draw: too short, generic, vague, only character, open slots."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.cast.absence import unsure
from pipeline.cast.doubts import age_doubts
from pipeline.cast.findings import Finding
from pipeline.cast.groups import counted, distinguished, loose_words
from pipeline.cast.lexicon import form, word_set
from pipeline.cast.look import Look
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind

PEOPLE = (CharacterKind.HUMAN, CharacterKind.MASKED)
ENOUGH_WORDS = {"bare": 6, "beast": 7, "thin": 10, "short": 16}
MOST_WORDS = 90
RICH = 18


def substance(look: Look, name: str, hard: bool, face_counts: bool) -> Iterator[Finding]:
    """Findings about too little.

    Args:
        look: The reading.
        name: The character's name.
        hard: True when another finding already stops the text; then thinness adds nothing.
        face_counts: True when no reference picture will carry the face.
    """
    words = len(look.reading.tokens)
    if name_only(look.reading, name):
        yield Finding("name_only", 0, len(look.reading.text.rstrip()))
        return
    vague = [] if hard and not look.filled.said else list(_vague(look))
    thin = [] if hard else list(_thin(look, bool(vague)))
    yield from vague
    yield from thin
    if look.kind is CharacterKind.GROUP:
        yield from _group(look, hard)
    stopped = hard or bool(thin) or bool(vague)
    if not hard:
        yield from _missing(look, stopped=bool(thin) or bool(vague), face_counts=face_counts)
    yield from age_doubts(look, stopped or hard)
    if words > _most(look):
        yield _too_long(look.reading, _most(look))


def name_only(reading: Reading, name: str) -> bool:
    """Only names: every word capitalised, none of them known to say anything about looks."""
    tokens = reading.tokens
    short = 0 < len(tokens) <= 8
    if (short and form("only_named").match(reading.plain.strip())) or _only_introduced(reading):
        return True
    if not tokens or len(tokens) > 5:
        return False
    own = {word.strip(".,'").lower() for word in name.split()}
    if own and all(token.word in own for token in tokens):
        return True
    titles = word_set("sets", "titles")
    if len(tokens) <= 3 and tokens[0].word in word_set("sets", "salutations"):
        return all(reading.text[token.start].isupper() for token in tokens)
    for token in tokens:
        cased = reading.text[token.start].isupper()
        hit = reading.hit_at.get(tokens.index(token))
        says = hit is not None and bool(
            hit.categories - {"real_alone", "shade", "personality", "vague"}
        )
        if token.word not in titles and (
            not cased or (says and len(tokens) > 2) or (says and not own)
        ):
            return False
    return True


def _only_introduced(reading: Reading) -> bool:
    """As in "Her name is Anna Roe, but friends say Nan": names, and not a word on looks."""
    if len(reading.tokens) > 16 or not form("name_said").search(reading.plain):
        return False
    silent = {"pronoun", "real", "real_alone", "personality", "group_noun", "member_mark"}
    named = sum(reading.text[token.start].isupper() for token in reading.tokens[1:])
    return named > 0 and not any(hit.categories - silent for hit in reading.hits)


def _thin(look: Look, vague: bool) -> Iterator[Finding]:
    """Too little to draw, and what stands there instead of a look."""
    reading, filled = look.reading, look.filled
    least = ENOUGH_WORDS["bare" if look.kind in PEOPLE else "beast"]
    if filled.complete and len(reading.tokens) >= least:
        return
    personal = next(reading.of("personality"), None) if _blank(look) else None
    if personal and not vague:
        yield Finding("personality_only", *reading.span(personal))
    generic = _generic_hit(reading)
    colourless = look.kind not in PEOPLE and bool({"coat", "colour"} & set(filled.lacking))
    if generic and (_blank(look) or len(filled.lacking) >= 2 or colourless):
        yield Finding("generic", *reading.span(generic))
    yield from _short(look, named=vague or generic is not None or personal is not None)


def _short(look: Look, *, named: bool) -> Iterator[Finding]:
    """By length: a few words hold no identity, and more words that name no trait hold none.

    Args:
        look: The reading.
        named: True when a better reason than the length has been given.
    """
    words, whole = len(look.reading.tokens), (0, len(look.reading.text.rstrip()))
    if words < ENOUGH_WORDS["bare"]:
        yield Finding("too_short", *whole)
    elif look.kind is CharacterKind.GROUP or named:
        return
    elif words < ENOUGH_WORDS["thin"] or (
        len(look.filled.lacking) >= 2 and words < ENOUGH_WORDS["short"]
    ):
        yield Finding("too_short", *whole)
    elif len(look.filled.lacking) >= 2 and len(look.filled.said) <= 2 and not unsure(look.reading):
        yield Finding("generic", *_opening(look.reading))


def _blank(look: Look) -> bool:
    """Nothing said that would tell this one from another of the kind."""
    said = look.filled.said - {"age", "species", "form", "count", "has_size"}
    if look.kind in PEOPLE:
        return not said & {"hair", "clothing", "covering"} and len(said) <= 1 and not look.hair_said
    return not said & {"coat", "colour", "material", "members"} and len(said) <= 1


def _generic_hit(reading: Reading) -> Hit | None:
    bodies = word_set("sets", "bodies")
    for hit in reading.of("generic"):
        if reading.word(hit.first - 1) == "than":
            continue
        if reading.word(hit.last + 1) not in bodies and hit.phrase not in {
            "any",
            "basic",
            "common",
            "regular",
        }:
            return hit
        after = {reading.word(hit.last + 1), reading.word(hit.last + 2)}
        if hit.phrase in {"any", "regular", "common", "basic"} and after & word_set(
            "sets", "plain_people"
        ):
            return hit
    return None


def _opening(reading: Reading) -> tuple[int, int]:
    """The first clause, as what the text offers instead of a look."""
    first = [token for token in reading.tokens if token.clause == reading.tokens[0].clause][:8]
    return first[0].start, first[-1].end


def _vague(look: Look) -> Iterator[Finding]:
    """Praise where a trait should be: it counts when it stands for an open slot."""
    reading, filled = look.reading, look.filled
    hits = [hit for hit in reading.of("vague") if not _tied_to_colour(reading, hit)]
    standing_in = [hit for hit in hits if _stands_in(look, hit)]
    if filled.complete and not standing_in:
        return
    inside = _blank(look) and len(list(reading.of("personality"))) > len(hits)
    few_open = len(filled.lacking) < 2 and not (_blank(look) and look.kind not in PEOPLE)
    chosen = standing_in if filled.complete or few_open or inside else hits
    if chosen and (not filled.complete or look.kind in PEOPLE):
        hit = chosen[0]
        start, end = reading.span(hit)
        follow = reading.word(hit.last + 1)
        if follow in word_set("sets", "slot_nouns"):
            end = reading.tokens[hit.last + 1].end
        yield Finding("vague", start, end)


def _stands_in(look: Look, hit: Hit) -> bool:
    """As in "stylish clothes" while no garment is named, "nice hair" while none is described."""
    word = look.reading.word(hit.last + 1)
    if word not in word_set("sets", "slot_nouns"):
        return False
    if word.startswith("hair"):
        return not look.has_hair
    if word in word_set("sets", "substance_face"):
        return len(look.filled.lacking) > 0
    return not look.has_clothing if look.kind in PEOPLE else len(look.filled.lacking) > 0


def _tied_to_colour(reading: Reading, hit: Hit) -> bool:
    """As in "cool grey" and "vintage denim" qualify a colour or cloth; that is not vague."""
    following = reading.hit_at.get(hit.last + 1)
    if following and following.categories & {"colour", "material", "pattern"}:
        return True
    if hit.phrase in word_set("sets", "cuts"):
        return following is not None and bool(
            following.categories & {"garment", "footwear", "object", "accessory", "hair_style"}
        )
    return False


def _missing(look: Look, *, stopped: bool, face_counts: bool) -> Iterator[Finding]:
    filled = look.filled
    if unsure(look.reading):
        return
    if look.kind in PEOPLE and not stopped:
        if "clothing" in filled.lacking:
            yield Finding("missing_clothing", *_garment_span(look))
        if "hair" in filled.lacking:
            yield Finding("missing_hair", *_hair_span(look))
    if stopped and not face_counts:
        return
    lacks_face = look.kind is CharacterKind.HUMAN and (
        not look.bodily or (filled.shoulds < 2 and look.unknown_words < 2)
    )
    other = look.kind not in (*PEOPLE, CharacterKind.GROUP) and (
        not _told_by_marks(look)
        and (bool(filled.lacking) or (not filled.complete and look.unknown_words < 2))
    )
    covering = look.kind is CharacterKind.MASKED and "covering" in filled.lacking
    if lacks_face or other or covering:
        yield Finding("missing_face_identity")


def _told_by_marks(look: Look) -> bool:
    """A thing of many parts is known again by them, even if no word tells its colour."""
    return len(look.reading.tokens) >= RICH and look.filled.traits >= 2 > len(look.filled.lacking)


def _garment_span(look: Look) -> tuple[int, int]:
    for hit in look.reading.of("garment", "clothing_vague"):
        return look.reading.span(hit)
    return (0, 0)


def _hair_span(look: Look) -> tuple[int, int]:
    for hit in look.reading.of("hair", "hair_style"):
        if not hit.categories & {"garment", "accessory"}:
            return look.reading.span(hit)
    return (0, 0)


def _group(look: Look, hard: bool) -> Iterator[Finding]:
    reading = look.reading
    if counted(reading) is None:
        yield Finding("group_count_missing", *(loose_words(reading) or (0, 0)))
    elif not distinguished(reading) and not hard:
        yield Finding("group_members_undistinguished", *(loose_words(reading) or (0, 0)))


def _most(look: Look) -> int:
    if look.kind is not CharacterKind.GROUP:
        return MOST_WORDS
    return MOST_WORDS + 20 * max(0, min(6, (counted(look.reading) or 2) - 2))


def _too_long(reading: Reading, most: int) -> Finding:
    return Finding("too_long", reading.tokens[most].start, len(reading.text.rstrip()))
