"""What kind of thing a description is about, from its own words."""

from __future__ import annotations

from pipeline.cast.ages import ages_in, loose_age, number_parts
from pipeline.cast.bodies import inhuman
from pipeline.cast.groups import paired
from pipeline.cast.lexicon import form, singular, word_set
from pipeline.cast.reading import Hit, Reading
from pipeline.model import CharacterKind

PEOPLE = frozenset({"human", "role", "minor_word"})
ORDER = (
    ("robot", CharacterKind.ROBOT),
    ("species", CharacterKind.ANIMAL),
    ("creature", CharacterKind.CREATURE),
    ("object", CharacterKind.OBJECT),
)
NOUNS = PEOPLE | {name for name, _ in ORDER}


def guessed(reading: Reading) -> CharacterKind:
    """The kind that the description's head word names; a person if it names none."""
    if is_group(reading):
        return CharacterKind.GROUP
    if form("half_and_half").search(reading.plain) or _crossed(reading):
        return CharacterKind.CREATURE
    head = subject(reading)
    if head and not head.categories & PEOPLE and _surely_human(reading, head):
        head = None
    return _named(head) or _unnamed(reading, head)


def _crossed(reading: Reading) -> bool:
    """As in "tree-man" and "half octopus": a being made of two."""
    for at, hit in enumerate(reading.hits):
        if "species" in hit.categories and reading.word(hit.first - 1) == "half":
            return True
        before = reading.hits[at - 1] if at else None
        if (
            before is not None
            and hit.phrase in {"man", "woman", "person", "girl", "boy", "witch"}
            and before.last + 1 == hit.first
            and reading.glued(before)
            and before.categories & {"species", "object"}
        ):
            return True
    return False


def _named(head: Hit | None) -> CharacterKind | None:
    """The kind that a noun names, other than a person."""
    if head is None or head.categories & PEOPLE:
        return None
    return next((kind for category, kind in ORDER if category in head.categories), None)


def _unnamed(reading: Reading, head: Hit | None) -> CharacterKind:
    """A person, unless the parts of the body belong to a beast or a machine."""
    if _beastly(reading):
        return CharacterKind.ANIMAL
    if form("humanoid").search(reading.plain) and not reading.has("pronoun", "hair_style"):
        return CharacterKind.ROBOT
    strange = inhuman(reading)
    if strange is not None:
        return strange
    if head is None and _built(reading):
        return CharacterKind.ROBOT if reading.has("robot_mark") else CharacterKind.OBJECT
    return CharacterKind.MASKED if covered(reading) else CharacterKind.HUMAN


def settled(reading: Reading, kind: CharacterKind | None) -> CharacterKind:
    """The given kind, unless the text plainly speaks of something else than a person.

    A character's kind is "human" until somebody chooses another, so "human" alone is weak.
    """
    if kind is None:
        return guessed(reading)
    if kind is CharacterKind.HUMAN:
        other = guessed(reading)
        if other is CharacterKind.MASKED or not (
            reading.has("human", "role", "pronoun", "minor_word") or other is CharacterKind.HUMAN
        ):
            return other
    return kind


def _beastly(reading: Reading) -> bool:
    """Two parts that only beasts have, and nothing of a person: an animal nobody listed."""
    worn = (hit for hit in reading.of("garment") if not hit.categories & {"coat", "animal_mark"})
    if len(list(worn)) > 1 or ages_in(reading) or loose_age(reading):
        return False
    if reading.has("hairless", "beard", "skin"):
        return False
    words = {base for token in reading.tokens for base in singular(token.word)}
    return len(word_set("sets", "beast_parts") & words) >= 2


def _built(reading: Reading) -> bool:
    """A form and a material without a word of a person: a machine or a thing nobody named."""
    person = reading.has("human", "pronoun", "hair_style", "hairless", "wearing")
    worn = len(list(reading.of("garment"))) > 1 or (
        reading.has("garment") and not reading.has("robot_mark")
    )
    return (
        not (person or worn or ages_in(reading)) and reading.has("form") and reading.has("material")
    )


def covered(reading: Reading) -> bool:
    """True when something hides the face for good."""
    if form("hides").search(reading.plain) or form("mask").search(reading.plain):
        return True
    return bool(form("helmeted").search(reading.plain)) and not (
        reading.has("hair", "hair_style", "hairless")
    )


def is_group(reading: Reading) -> bool:
    """True when the first thing named is more than one."""
    head = subject(reading)
    if form("twins").search(reading.plain):
        return True
    if any(test(reading) for test in (_numbered_head, _loose_head, paired, _of_several)):
        return True
    for hit in reading.of("group_noun", "known_count"):
        if head is not None and head.first < hit.first:
            return False
        if _names_another(reading, hit):
            continue
        if not reading.glued(hit) and _several(reading, hit):
            return True
    return False


def _names_another(reading: Reading, hit: Hit) -> bool:
    """As in "choir director", "swarm leader drone": one of the group."""
    start = reading.span(hit)[1]
    after = reading.hit_at.get(hit.last + 1)
    known = after is not None and bool(after.categories & {"role", "robot", "personality"})
    return reading.plain[start : start + 1] == " " and (
        known or reading.word(hit.last + 1) in word_set("sets", "heads_of_groups")
    )


def _of_several(reading: Reading) -> bool:
    """As in "Mariachi of five men": the number behind a name for all of them."""
    return bool(form("of_several").match(reading.plain))


def _numbered_head(reading: Reading) -> bool:
    """As in "Six schoolteachers ...": a number and a plural open the text."""
    start = 1 if reading.word(0) in {"exactly", "just", "these", "the", "all", "our"} else 0
    if reading.word(start) not in word_set("sets", "counts") and not reading.word(start).isdigit():
        return False
    for at in range(start + 1, min(start + 5, len(reading.tokens))):
        word = reading.word(at)
        if (
            word in word_set("sets", "units")
            or reading.tokens[at].clause != reading.tokens[0].clause
        ):
            return False
        hit = reading.hit_at.get(at)
        plain = hit is None or bool(hit.categories & (NOUNS | {"group_noun"}))
        if plain and (_plural(word) or word in word_set("sets", "odd_plurals")):
            return True
    return False


def _loose_head(reading: Reading) -> bool:
    """As in "A bunch of farmhands": a number nobody says, and people in the plural."""
    if not form("loose_opening").match(reading.plain):
        return False
    people = PEOPLE | {"group_noun"}
    return any(
        (hit := reading.hit_at.get(at)) is not None
        and bool(hit.categories & people)
        and (_plural(reading.word(at)) or "group_noun" in hit.categories)
        for at in range(1, min(7, len(reading.tokens)))
    )


def _plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith("ss")


def _several(reading: Reading, hit: Hit) -> bool:
    lead = reading.plain[: reading.span(hit)[0]]
    word = reading.word(hit.last)
    if word == "pair" and reading.word(hit.last + 1) == "of" and not reading.of("human"):
        return False
    if word in word_set("sets", "same_in_plural") and reading.near(
        hit, {"a", "an", "this", "is", "has"}, 4, 2
    ):
        return False
    if word == "both":
        return bool(form("both_of").match(reading.plain[reading.span(hit)[1] :]))
    if "known_count" in hit.categories:
        return not reading.near(hit, {"jeans", "boots", "shoes", "glasses", "trousers"}, 0, 5)
    plural = word.endswith("s") or word in {"people", "men", "women", "children"}
    if plural:
        return bool(form("group_lead").search(lead)) or hit.first <= 3
    return _leads(reading, hit)


def _leads(reading: Reading, hit: Hit) -> bool:
    """A collective noun counts at the head: "a band", not "the singer of a band"."""
    before = {reading.word(at) for at in range(max(0, hit.first - 3), hit.first)}
    return hit.first <= 6 and not before & {"with", "wearing", "on", "of", "in", "his", "her"}


def subject(reading: Reading) -> Hit | None:
    """The first noun of a kind that is neither there to describe the next noun nor a likeness.

    "Our heroine is a dachshund": what somebody is said to be outweighs what they are called.
    """
    named = [
        hit
        for hit in reading.hits
        if hit.categories & NOUNS and not _modifies(reading, hit) and not _pictured(reading, hit)
    ]
    if not named:
        return None
    first = named[0]
    for hit in named[1:3]:
        between = reading.plain[reading.span(first)[1] : reading.span(hit)[0]]
        if first.categories & PEOPLE and form("is_a").fullmatch(between):
            return hit
    return first


def _noun_follows(reading: Reading, hit: Hit) -> bool:
    """As in "a stone gargoyle": what is made of it comes right behind."""
    following = reading.hit_at.get(hit.last + 1)
    return following is not None and bool(following.categories & NOUNS)


def _owns_a_thing(reading: Reading, hit: Hit) -> bool:
    """True for "a chef's jacket"; "the donkey's coat is grey" speaks of the donkey."""
    things = (reading.hit_at.get(at) for at in range(hit.last + 1, hit.last + 4))
    return any(
        other is not None
        and bool(other.categories & {"garment", "accessory", "footwear", "covering"})
        and not other.categories & {"coat", "animal_mark"}
        for other in things
    )


def _surely_human(reading: Reading, head: Hit) -> bool:
    """An age in years with hair or clothes speaks of a person, whatever else is named."""
    years = [age for age in ages_in(reading) if age.high - age.low < 20]
    if not years and not loose_age(reading):
        return False
    people = any(not _pictured(reading, hit) for hit in reading.of("human", "role"))
    worn = len(list(reading.of("garment", "footwear")))
    haired = reading.has("hair_style", "hairless", "beard") or "hair" in {
        word for hit in reading.of("hair") for word in hit.words
    }
    people = people or reading.has("pronoun")
    return (people and worn > 0) or (haired and worn > 0) or worn > 1 or "object" in head.categories


def _pictured(reading: Reading, hit: Hit) -> bool:
    """As in "thin as a heron", "tattoo of a swallow", "(a moth)": not meant."""
    start, end = reading.span(hit)
    before, after = reading.plain[max(0, start - 45) : start], reading.plain[end : end + 30]
    if before.rfind("(") > before.rfind(")"):
        return True
    return bool(form("likened").search(before) or form("inked").match(after))


def _modifies(reading: Reading, hit: Hit) -> bool:
    """As in "fox mask", "cat ears", "robot arm", "camel coat": the next noun is what is meant."""
    end = reading.span(hit)[1]
    made_of = bool(hit.categories & {"colour", "material"}) and _noun_follows(reading, hit)
    if reading.glued(hit) or made_of:
        return True
    if hit.categories & {"colour", "material", "garment", "accessory", "covering"} and not (
        hit.categories & {"species", "robot", "creature"} and hit.first <= 4
    ):
        return hit.first > 4
    if reading.plain[end : end + 2].lower() == "'s" or reading.word(hit.last).endswith("'s"):
        return _owns_a_thing(reading, hit) or reading.word(hit.last + 1) in word_set(
            "sets", "made_by"
        )
    if (reading.word(hit.last + 1), reading.word(hit.last + 2)) == ("of", "a"):
        return reading.word(hit.last + 3) not in number_parts()
    following = reading.hit_at.get(hit.last + 1)
    if following is None:
        return reading.word(hit.last + 1) in {"print", "shaped", "like", "style", "themed", "head"}
    same_clause = reading.tokens[hit.last].clause == reading.tokens[following.first].clause
    nouns = NOUNS | {"garment", "covering", "accessory", "footwear", "animal_mark", "marker"}
    return same_clause and bool(following.categories & nouns) and hit.first != following.first
