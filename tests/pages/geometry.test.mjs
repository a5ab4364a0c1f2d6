// Run by tests/pages/test_boundary_editor.py; GEOMETRY names a copy of the module under test.
import assert from "node:assert/strict";
import { test } from "node:test";

const geometry = await import(process.env.GEOMETRY);
const { clock, fitted, loudest, nameOf, nearest, parseClock, priceOf, pyramid, reduced, room, rulerStep, slotAt, snapped, unpack } = geometry;

const cuts = [0, 4, 8, 12].map((time) => ({ id: nameOf(time, new Set()), time, locked: false }));
const [a, b, c, d] = cuts.map((cut) => cut.id);
const prices = [[4, "buys 4 s", "$0.20"], [8, "buys 8 s", "$0.40"]];
const limits = { min: 1, max: 8, end: 16, fps: 24 };

test("the nearest beat is found, the earlier one on a tie", () => {
  assert.equal(nearest([1, 2, 3], 2.4), 2);
  assert.equal(nearest([1, 2, 3], 2.5), 2);
  assert.equal(nearest([1, 2, 3], 9), 3);
  assert.equal(nearest([], 9), undefined);
});

test("a dragged cut snaps to a beat within its room, else stays at the edge of it", () => {
  assert.equal(snapped([1, 2, 3], 2.9, 0, 4), 3);
  assert.equal(snapped([1, 2, 3], 2.9, 0, 2.5), 2);
  assert.equal(snapped([1, 2, 3], 9, 4, 6), 6);
  assert.equal(snapped([], 5.25, 4, 6), 5.25);
});

test("times are written and read as people write them", () => {
  assert.equal(clock(83.456), "1:23.46");
  assert.equal(parseClock("1:23.45"), 83.45);
  assert.equal(parseClock(" 83,5 s "), 83.5);
  assert.ok(Number.isNaN(parseClock("soon")));
});

test("new cuts get the names that Python gives them", () => {
  for (const [time, name] of Object.entries(JSON.parse(process.env.NAMES))) {
    assert.equal(nameOf(Number(time), new Set()), name);
  }
  assert.equal(nameOf(4, new Set([b])), `${b}z2`);
});

test("packed cuts come out as they went in", () => {
  const packed = { at: [[0], 8, 8, [12345678]], names: { 2: "mine" }, locked: [1] };
  const beats = Array.from({ length: 20 }, (_, index) => index / 2);
  assert.deepEqual(unpack(packed, beats).map(({ time }) => time), [0, 4, 8, 12.345678]);
  assert.deepEqual(unpack(packed, beats).map(({ id }) => id), [a, b, "mine", nameOf(12.345678, new Set())]);
  assert.deepEqual(unpack(packed, beats).map(({ locked }) => locked), [false, true, false, false]);
});

test("the room of a cut keeps both its slots within the limits", () => {
  assert.deepEqual(room(cuts, new Set([b]), limits), [-3, 3]);
  assert.deepEqual(room(cuts, new Set([b, c, d]), limits), [-3, 3]);
});

test("a slot that is too long may shrink but not grow", () => {
  assert.deepEqual(room(cuts, new Set([d]), { ...limits, max: 3 }).map(Math.abs), [0, 0]);
  const [low, high] = room([cuts[0], { ...cuts[1], time: 10 }], new Set([b]), { ...limits, end: 12 });
  assert.deepEqual([low, high], [-6, 0]);
});

test("what is shown ahead of the answer is what Python will do", () => {
  assert.deepEqual(reduced(cuts, { op: "shift", ids: [b, c], delta_s: 0.5 }, 24).map(({ time }) => time), [0, 4.5, 8.5, 12]);
  assert.deepEqual(reduced(cuts, { op: "nudge", ids: [b], frames: 3 }, 24)[1].time, 4.125);
  assert.deepEqual(reduced(cuts, { op: "set_time", id: b, time_s: 5 }, 24)[1].time, 5);
  assert.deepEqual(reduced(cuts, { op: "split", time_s: 6 }, 24).map(({ id }) => id), [a, b, nameOf(6, new Set()), c, d]);
  assert.deepEqual(reduced(cuts, { op: "merge", ids: [b] }, 24).map(({ id }) => id), [a, c, d]);
  assert.equal(reduced(cuts, { op: "lock", ids: [c], locked: true }, 24)[2].locked, true);
  assert.equal(reduced(cuts, { op: "undo" }, 24), cuts);
});

test("the slot at a time is the one that began last", () => {
  assert.deepEqual([0, 3.99, 4, 15, -1].map((time) => slotAt(cuts, time)), [0, 0, 1, 3, 0]);
});

test("a price is that of the shortest length that is long enough", () => {
  const said = [4, 4.1, 9].map((length) => priceOf(prices, length));
  assert.deepEqual(said, ["buys 4 s · $0.20", "buys 8 s · $0.40", ""]);
});

test("a drag across a paid length tells the price before it, and within one it does not", () => {
  assert.equal(priceOf(prices, 4.1, 3.9), "buys 8 s · $0.40, was $0.20");
  assert.equal(priceOf(prices, 4, 4.5), "buys 4 s · $0.20, was $0.40");
  assert.equal(priceOf(prices, 3, 3.9), "buys 4 s · $0.20");
  assert.equal(priceOf(prices, 4, 9), "buys 4 s · $0.20");
  assert.equal(priceOf([], 4, 9), "");
});

test("an hour of peaks is read from a coarse level and still finds the loudest", () => {
  const peaks = new Int8Array(2 * 360000);
  peaks[2 * 200000] = -100;
  const levels = pyramid(peaks);
  assert.ok(levels.length > 4);
  assert.equal(loudest(levels, 100, 0, 3600), 200 / 255);
  assert.equal(loudest(levels, 100, 0, 1500), 0);
  assert.equal(loudest(levels, 100, 2000, 2000.01), 200 / 255);
});

test("the view stays inside the song at every zoom", () => {
  assert.deepEqual(fitted(-5, Infinity, 1000, 200), [0, 0.2]);
  assert.deepEqual(fitted(199, 0.1, 1000, 200), [100, 0.1]);
  assert.equal(fitted(0, 1e-9, 1000, 200)[1], 0.0025);
  assert.deepEqual(fitted(0, 1, 1000, 1), [0, 0.001]);
});

test("labels of the ruler never touch", () => {
  assert.equal(rulerStep(0.01), 1);
  assert.equal(rulerStep(3), 300);
});
