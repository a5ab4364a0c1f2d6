"""The boundary editor under fingers, as a phone sends them."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.browser
STEP_MS = 60_000
STAGE = '.stage[role="application"]'


@pytest.fixture(scope="module")
def phone(driver, browser, address):
    context = browser.new_context(
        viewport={"width": 420, "height": 900}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    errors = driver.watch(page)
    page.goto(address)
    page.get_by_role("button", name="Try the demo song").click()
    page.wait_for_url(re.compile(r"/song\?project="), timeout=STEP_MS)
    page.locator(STAGE).wait_for(timeout=STEP_MS)
    driver.settle(page)
    yield page
    context.close()
    assert not errors, errors


@pytest.fixture
def fingers(phone):
    """Send touches: ``fingers("touchStart", (x, y), ...)`` with all fingers that are down."""
    session = phone.context.new_cdp_session(phone)

    def send(kind, *points):
        session.send(
            "Input.dispatchTouchEvent",
            {
                "type": kind,
                "touchPoints": [
                    {"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)
                ],
            },
        )

    phone.get_by_role("button", name="Fit").click()
    phone.locator(STAGE).scroll_into_view_if_needed()
    phone.wait_for_timeout(300)
    yield send
    session.detach()


def shown(page):
    """Times of the cuts whose handles are in view, in seconds."""
    return sorted(
        page.locator(".handle").evaluate_all(
            "all => all.map(one => Number(one.getAttribute('aria-valuenow')))"
        )
    )


def test_two_fingers_apart_zoom_in_and_one_finger_moves_along(phone, fingers):
    box = phone.locator(STAGE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 160
    fingers("touchStart", (x - 20, y), (x + 20, y))
    for step in range(1, 9):
        fingers("touchMove", (x - 20 - 14 * step, y), (x + 20 + 14 * step, y))
    fingers("touchEnd")
    phone.wait_for_timeout(200)
    near = shown(phone)
    assert near
    assert near[-1] - near[0] < 30

    fingers("touchStart", (x + 120, y))
    for step in range(1, 9):
        fingers("touchMove", (x + 120 - 25 * step, y))
    fingers("touchEnd")
    phone.wait_for_timeout(200)
    along = shown(phone)
    assert along[0] > near[0] + 1


def test_a_finger_drags_a_cut_and_the_tip_shows_its_lengths(phone, fingers):
    phone.get_by_role("button", name="Zoom in").click()
    phone.get_by_role("button", name="Zoom in").click()
    phone.wait_for_timeout(300)
    handle = phone.locator(".handle").nth(1)
    before = float(handle.get_attribute("aria-valuenow"))
    name = handle.get_attribute("data-cut")
    revision = phone.locator("[data-revision]").get_attribute("data-revision")
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 15
    fingers("touchStart", (x, y))
    for step in range(1, 7):
        fingers("touchMove", (x + 8 * step, y))
    words = phone.locator(".tip").inner_text()
    fingers("touchEnd")
    phone.locator(f'[data-revision]:not([data-revision="{revision}"])').wait_for(
        state="attached", timeout=STEP_MS
    )
    after = float(phone.locator(f'.handle[data-cut="{name}"]').get_attribute("aria-valuenow"))
    assert re.search(r"s before.*s after", words, re.DOTALL)
    assert after > before


def test_a_finger_that_scrolls_the_page_neither_seeks_nor_cuts(phone, fingers):
    box = phone.locator(STAGE).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 200
    was = phone.locator(".now").inner_text()
    scrolled = "() => Math.max(...[...document.querySelectorAll('*')].map(one => one.scrollTop))"
    top = phone.evaluate(scrolled)
    fingers("touchStart", (x, y))
    for step in range(1, 12):
        fingers("touchMove", (x, y - 16 * step))
    fingers("touchEnd")
    phone.wait_for_timeout(300)
    assert phone.evaluate(scrolled) != top
    assert phone.locator(".now").inner_text() == was
