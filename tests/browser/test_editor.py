"""The boundary editor under a real mouse and real keys."""

from __future__ import annotations

import re
import time

import pytest

pytestmark = pytest.mark.browser
STEP_MS = 60_000
MOMENT_MS = 30_000
STAGE = '.stage[role="application"]'


@pytest.fixture(scope="module")
def project(browser, address):
    """Address of one demo project, heard and cut, that all tests of this file go on editing."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="Try the demo song").click()
    page.wait_for_url(re.compile(r"/song\?project="), timeout=STEP_MS)
    opened(page)
    found = page.url
    context.close()
    return found


@pytest.fixture
def song(page, project, driver):
    """The song page with the editor drawn."""
    page.goto(project)
    opened(page)
    driver.settle(page)
    return page


def opened(page):
    """Wait until the editor has drawn its cuts."""
    page.locator(".handle").nth(3).wait_for(timeout=STEP_MS)


def times(page):
    """Times of all cuts in view, in seconds."""
    values = page.locator(".handle").evaluate_all(
        "all => all.map(one => Number(one.getAttribute('aria-valuenow')))"
    )
    return sorted(values)


def cut(page, index):
    """The handle of a cut by its place in time, whatever order the page holds them in."""
    name = page.locator(".handle").evaluate_all(
        """(all, index) => all.sort((a, b) => a.getAttribute('aria-valuenow')
            - b.getAttribute('aria-valuenow'))[index].dataset.cut""",
        index,
    )
    return page.locator(f'.handle[data-cut="{name}"]')


def drag(page, handle, pixels):
    """Press, move in steps and let go, as a hand does; returns what the tooltip said."""
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels / 2, y, steps=4)
    page.mouse.move(x + pixels, y, steps=4)
    words = page.locator(".tip").inner_text()
    page.mouse.up()
    return words


def said(page, words):
    page.locator(".said").get_by_text(re.compile(words)).wait_for(timeout=MOMENT_MS)


def eventually(holds):
    """Wait until something holds: handles are drawn a moment after the words that tell of them."""
    until = time.monotonic() + MOMENT_MS / 1000
    while not holds() and time.monotonic() < until:
        time.sleep(0.05)
    assert holds()


def revision(page):
    return int(page.locator("[data-revision]").get_attribute("data-revision"))


def stored(page, before):
    """Wait until Python has answered an edit that was made on a revision."""
    page.locator(f'[data-revision]:not([data-revision="{before}"])').wait_for(
        state="attached", timeout=MOMENT_MS
    )


def reload(page, driver):
    page.reload()
    opened(page)
    driver.settle(page)


def test_a_dragged_cut_snaps_to_a_beat_and_survives_a_reload(song, driver):
    was = revision(song)
    before = times(song)
    words = drag(song, cut(song, 2), 25)
    stored(song, was)
    after = times(song)

    assert re.search(r"\d:\d\d\.\d\d.* s before.* s after", words, re.DOTALL)
    assert after[2] > before[2]
    assert after[:2] + after[3:] == before[:2] + before[3:]
    reload(song, driver)
    eventually(lambda: times(song) == after)


def test_undo_and_redo_live_longer_than_the_page(song, driver):
    was = revision(song)
    before = times(song)
    drag(song, cut(song, 2), -25)
    stored(song, was)
    moved = times(song)
    reload(song, driver)

    song.locator(STAGE).focus()
    song.keyboard.press("z")
    said(song, "Undone: Move a cut")
    eventually(lambda: times(song) == before)
    song.keyboard.press("y")
    said(song, "Done again: Move a cut")
    eventually(lambda: times(song) == moved)


def test_alt_frees_a_cut_from_the_beats(song):
    was = revision(song)
    before = times(song)
    song.keyboard.down("Alt")
    drag(song, cut(song, 1), 6)
    song.keyboard.up("Alt")
    stored(song, was)
    beat_s = 60 / 112
    steps = (times(song)[1] - before[1]) / beat_s
    assert 0.05 < steps % 1 < 0.95


def test_keys_nudge_split_merge_and_lock(song):
    was = revision(song)
    before = times(song)
    song.locator(STAGE).focus()
    song.keyboard.press("]")
    for _ in range(3):
        song.keyboard.press("ArrowRight")
    stored(song, was)
    eventually(lambda: times(song)[0] == pytest.approx(before[0] + 3 / 24, abs=0.002))

    song.keyboard.press("x")
    said(song, "Locked")
    song.keyboard.press("m")
    said(song, "locked; unlock it first")
    song.keyboard.press("x")
    said(song, "Unlocked")
    song.keyboard.press("Delete")
    said(song, "removed")
    eventually(lambda: len(times(song)) == len(before) - 1)
    song.keyboard.press("s")
    said(song, "Split at")
    eventually(lambda: len(times(song)) == len(before))


def test_an_edit_beyond_the_limits_is_refused_with_the_reason_and_nothing_moves(song):
    before = times(song)
    cut(song, 4).click()
    song.locator("input.time").fill("0:00.30")
    song.keyboard.press("Enter")
    said(song, "no time for the slot|shortest slot")
    eventually(lambda: times(song) == before)


def test_a_double_click_splits_and_a_click_seeks(song):
    was = revision(song)
    before = times(song)
    stage = song.locator(STAGE).bounding_box()
    song.mouse.click(stage["x"] + stage["width"] * 0.5, stage["y"] + 150)
    song.wait_for_function("() => document.querySelector('audio').currentTime > 30")
    song.mouse.dblclick(stage["x"] + stage["width"] * 0.1, stage["y"] + 150)
    said(song, "Split at")
    stored(song, was)
    eventually(lambda: len(times(song)) == len(before) + 1)


def test_the_wheel_zooms_and_scrolls_and_fit_shows_all_again(song):
    everything = len(times(song))
    stage = song.locator(STAGE).bounding_box()
    song.mouse.move(stage["x"] + 300, stage["y"] + 150)
    song.keyboard.down("Control")
    song.mouse.wheel(0, -500)
    song.keyboard.up("Control")
    song.wait_for_function("() => true")
    song.wait_for_timeout(100)
    near = times(song)
    song.mouse.wheel(0, 400)
    song.wait_for_timeout(100)

    assert 0 < len(near) < everything
    assert times(song) != near
    song.get_by_role("button", name="Fit").click()
    song.wait_for_timeout(100)
    eventually(lambda: len(times(song)) == everything)


def test_several_cuts_move_together(song):
    was = revision(song)
    before = times(song)
    cut(song, 1).click()
    cut(song, 2).click(modifiers=["Shift"])
    drag(song, cut(song, 2), -18)
    stored(song, was)
    eventually(lambda: times(song)[1] < before[1])
    after = times(song)
    assert after[1] - before[1] == pytest.approx(after[2] - before[2], abs=0.002)


def test_space_plays_and_the_playhead_walks_with_the_sound(song):
    song.locator(STAGE).focus()
    song.keyboard.press("Space")
    song.wait_for_function("() => document.querySelector('audio').currentTime > 0.4")
    shown = song.locator(".now").inner_text()
    song.keyboard.press("k")
    minutes, seconds = shown.split(":")
    heard = song.evaluate("() => document.querySelector('audio').currentTime")
    assert int(minutes) * 60 + float(seconds) == pytest.approx(heard, abs=0.6)
    assert song.evaluate("() => document.querySelector('audio').paused")


def test_two_tabs_do_not_destroy_each_others_work(song, driver):
    other = song.context.new_page()
    other.goto(song.url)
    opened(other)
    driver.settle(other)
    was = revision(song)
    drag(song, cut(song, 2), 25)
    stored(song, was)
    kept = times(song)

    drag(other, cut(other, 5), 25)
    said(other, "changed elsewhere")
    assert times(other) == kept
    other.close()


def test_an_edit_sends_less_than_ten_kilobytes(page, project, driver):
    received = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda f: received.append(f)))
    page.goto(project)
    opened(page)
    driver.settle(page)
    was = revision(page)
    received.clear()
    drag(page, cut(page, 2), 25)
    stored(page, was)
    page.wait_for_timeout(500)
    assert 0 < sum(len(frame) for frame in received) < 10_000


def playhead(page):
    """Where the playhead is, in seconds, by the clock beside the waveform."""
    minutes, seconds = page.locator(".now").inner_text().split(":")
    return int(minutes) * 60 + float(seconds)


def test_j_k_l_shuttle_both_ways_with_sound_and_the_playhead_walks(song):
    stage = song.locator(STAGE)
    box = stage.bounding_box()
    song.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 150)
    song.wait_for_function("() => document.querySelector('audio').currentTime > 30")
    began = playhead(song)
    song.keyboard.press("j")
    song.wait_for_function("() => !document.querySelector('audio').paused")
    song.wait_for_timeout(900)
    once = began - playhead(song)
    song.keyboard.press("j")
    song.wait_for_timeout(900)
    twice = began - once - playhead(song)
    song.keyboard.press("k")
    stood = playhead(song)
    heard = song.evaluate("() => document.querySelector('audio').currentTime")

    assert song.evaluate("() => document.querySelector('audio').paused")
    assert 0.2 < once < 2
    assert twice > 1.3 * once
    assert heard == pytest.approx(stood, abs=0.3)
    song.keyboard.press("l")
    song.keyboard.press("l")
    song.wait_for_function("() => document.querySelector('audio').playbackRate === 2")
    song.keyboard.press("k")


def test_a_time_past_the_end_of_the_song_is_refused_with_where_the_end_is(song):
    before = times(song)
    cut(song, 4).click()
    song.locator("input.time").fill("99999")
    song.keyboard.press("Enter")
    said(song, r"1666:39\.00 is past the end of the song, which is at 1:15\.\d\d")
    eventually(lambda: times(song) == before)


def test_while_dragging_the_tip_names_time_lengths_and_the_limit(song):
    box = cut(song, 3).bounding_box()
    x, y = box["x"] + 14, box["y"] + 8
    song.mouse.move(x, y)
    song.mouse.down()
    song.mouse.move(x + 900, y, steps=6)
    words = song.locator(".tip").inner_text()
    song.mouse.up()
    song.keyboard.press("z")
    assert re.search(r"\d:\d\d\.\d\d\n[\d.]+ s before\n[\d.]+ s after", words)
    assert re.search(r"A slot lasts [\d.]+ to [\d.]+ s\.", words)


def test_a_screen_reader_is_told_what_is_chosen_and_what_became_of_an_edit(song):
    tree = song.locator("body").aria_snapshot()
    assert 'application "Waveform with cuts.' in tree
    assert 'toolbar "Editing the cuts"' in tree
    assert re.search(r'slider "Cut 2"', tree)
    assert 'slider "Volume"' in tree
    assert song.locator(".said[role=status]").get_attribute("aria-live") == "polite"

    song.locator(STAGE).focus()
    song.keyboard.press("]")
    said(song, r"Cut \d+ at \d:\d\d\.\d\d, [\d.]+ seconds to the next")
    song.keyboard.press("x")
    said(song, "Locked")
    song.keyboard.press("x")
    said(song, "Unlocked")


def test_undo_and_the_player_stand_on_the_page_once(song):
    assert song.get_by_role("button", name="Undo", exact=True).count() == 1
    assert song.get_by_role("button", name="Redo", exact=True).count() == 1
    hidden = "() => getComputedStyle(document.querySelector('.st-key-song-audio')).clipPath"
    assert song.evaluate(hidden) == "inset(50%)"
    song.locator("audio").focus()
    assert song.evaluate(hidden) == "none"
    assert song.locator("audio").bounding_box()["width"] > 200


def test_corrections_clicked_quickly_are_all_made_while_the_old_view_stands(song, driver):
    later = song.get_by_role("button", name="Beats 10 ms later")
    for _ in range(4):
        later.click()
    song.get_by_role("button", name="Shift by half a beat").click()
    song.get_by_text("Corrected: half a beat later, +40 ms.").wait_for(timeout=STEP_MS)
    said(song, "found anew")
    driver.settle(song)
    song.get_by_role("button", name="Back to what was heard").click()
    song.get_by_text("Corrected:").wait_for(state="detached", timeout=STEP_MS)


def test_undo_goes_back_through_quick_clicks_on_several_rows_one_by_one(song, driver):
    clicked = ["Bars a beat later", "Beats 10 ms later", "Bars a beat earlier", "Double the tempo"]
    was = revision(song)
    for name in clicked:
        song.get_by_role("button", name=name).click()
    eventually(lambda: revision(song) == was + len(clicked))
    driver.settle(song)
    song.locator(STAGE).focus()
    for name in reversed(clicked):
        song.keyboard.press("z")
        said(song, f"Undone: {name}")
    driver.settle(song)


def test_after_an_edit_on_the_canvas_the_rest_of_the_page_takes_decisions_too(song, driver):
    was = revision(song)
    drag(song, cut(song, 2), 25)
    stored(song, was)
    was = revision(song)
    song.get_by_role("button", name="Bars a beat later").click()
    stored(song, was)
    driver.settle(song)
    assert song.get_by_text("changed in another tab").count() == 0
    assert song.get_by_text("changed elsewhere").count() == 0
