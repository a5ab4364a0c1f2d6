from __future__ import annotations

from pipeline.cuts.slots import Hearing, slots_of
from pipeline.model import Cut, Section, Word

CUTS = (Cut(id="aaaa", time_s=0), Cut(id="bbbb", time_s=4), Cut(id="cccc", time_s=6))


def test_slots_touch_and_carry_the_names_of_their_cuts() -> None:
    slots = slots_of(CUTS, 10, Hearing())
    assert [(slot.id, slot.start_s, slot.end_s) for slot in slots] == [
        ("aaaa", 0, 4),
        ("bbbb", 4, 6),
        ("cccc", 6, 10),
    ]


def test_each_word_is_in_the_one_slot_in_which_it_begins() -> None:
    words = (
        Word(text="night", start_s=3.8, end_s=4.4, line=0),
        Word(text="drive", start_s=4.5, end_s=5.0, line=0),
        Word(text="home", start_s=5.5, end_s=6.5, line=1),
    )
    slots = slots_of(CUTS, 10, Hearing(words=words))
    assert [slot.lyric for slot in slots] == ["night", "drive\nhome", ""]


def test_a_slot_has_the_section_of_its_middle_and_its_mean_energy() -> None:
    sections = (
        Section(start_s=0, end_s=5.5, label="verse", energy=0.2),
        Section(start_s=5.5, end_s=10, label="chorus", energy=0.8),
    )
    energy = (0.2,) * 5 + (0.8,) * 5
    slots = slots_of(CUTS, 10, Hearing(sections=sections, energy=energy, energy_step_s=1))
    assert [slot.section for slot in slots] == ["verse", "verse", "chorus"]
    assert [slot.energy for slot in slots] == [0.2, 0.5, 0.8]


def test_an_instrumental_without_a_hearing_still_has_slots() -> None:
    assert len(slots_of(CUTS, 10, Hearing())) == 3
