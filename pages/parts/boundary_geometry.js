// Pure arithmetic of the boundary editor: no DOM, no state. Times are seconds of song time.

export const clamp = (value, low, high) => Math.min(Math.max(value, low), Math.max(low, high));

/** Index of the first entry of a sorted list that is not below a time. */
export function lowerBound(times, time) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] < time) low = middle + 1; else high = middle;
  }
  return low;
}

/** The entry nearest to a time, the earlier one on a tie; undefined in an empty list. */
export function nearest(times, time) {
  const right = lowerBound(times, time);
  const after = times[right], before = times[right - 1];
  if (before === undefined || after === undefined) return before ?? after;
  return time - before <= after - time ? before : after;
}

/** The nearest entry between two bounds; the time itself, kept between them, when none lies there. */
export function snapped(times, time, low, high) {
  const slack = 1e-9;
  const inside = times.slice(lowerBound(times, low - slack), lowerBound(times, high + slack));
  return inside.length ? nearest(inside, time) : clamp(time, low, high);
}

export function clock(time) {
  const centis = Math.round(Math.max(0, time) * 100);
  const pad = (number) => String(number).padStart(2, "0");
  return `${Math.floor(centis / 6000)}:${pad(Math.floor(centis / 100) % 60)}.${pad(centis % 100)}`;
}

/** Seconds from "83.25" or "1:23.25"; NaN for anything else. */
export function parseClock(text) {
  const found = /^\s*(?:(\d{1,4}):)?(\d{1,6}(?:[.,]\d{1,6})?)\s*s?\s*$/.exec(text);
  return found ? Number(found[1] ?? 0) * 60 + Number(found[2].replace(",", ".")) : NaN;
}

/** The name that Python will give to a cut made at a time. */
export function nameOf(time, taken) {
  const plain = "c" + Math.round(time * 1e6).toString(36).padStart(6, "0");
  let name = plain;
  for (let copy = 2; taken.has(name); copy += 1) name = `${plain}z${copy}`;
  return name;
}

/** Cuts from their packed form: steps along the beats, or [microseconds] for a cut off the beat. */
export function unpack({ at, names, locked }, beats) {
  const closed = new Set(locked), none = new Set();
  let beat = 0;
  return at.map((place, index) => {
    if (!Array.isArray(place)) beat += place;
    const time = Array.isArray(place) ? place[0] / 1e6 : beats[beat];
    return { id: names[index] ?? nameOf(time, none), time, locked: closed.has(index) };
  });
}

/** Cuts as they will be once Python has applied an operation; it has the last word. */
export function reduced(cuts, operation, fps) {
  const chosen = new Set(operation.ids ?? [operation.id]);
  const moved = (time) => cuts.map((cut) => (chosen.has(cut.id) ? { ...cut, time: time(cut) } : cut));
  switch (operation.op) {
    case "move":
    case "set_time": return moved(() => operation.time_s);
    case "shift": return moved((cut) => cut.time + operation.delta_s);
    case "nudge": return moved((cut) => cut.time + operation.frames / fps);
    case "merge": return cuts.filter((cut) => !chosen.has(cut.id));
    case "lock": return cuts.map((cut) => (chosen.has(cut.id) ? { ...cut, locked: operation.locked } : cut));
    case "split": {
      const id = nameOf(operation.time_s, new Set(cuts.map((cut) => cut.id)));
      return [...cuts, { id, time: operation.time_s, locked: false }].sort((a, b) => a.time - b.time);
    }
    default: return cuts;
  }
}

/**
 * How far chosen cuts may move together, as [low, high] in seconds around 0.
 * A slot that is beyond a limit already may only come closer to it.
 */
export function room(cuts, chosen, { min, max, end, fps }) {
  const least = Math.max(min, 1 / fps);
  let low = -Infinity, high = Infinity;
  cuts.forEach((cut, index) => {
    const here = chosen.has(cut.id), next = cuts[index + 1];
    const after = next !== undefined && chosen.has(next.id);
    if (here === after) return;
    const length = (next?.time ?? end) - cut.time;
    const shrink = Math.max(0, length - least), grow = Math.max(0, max - length);
    low = Math.max(low, here ? -grow : -shrink);
    high = Math.min(high, here ? shrink : grow);
  });
  return low > high ? [0, 0] : [low, high];
}

/** Index of the slot that holds a time, 0 before the first cut. */
export function slotAt(cuts, time) {
  let low = 0, high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cuts[middle].time <= time) low = middle + 1; else high = middle;
  }
  return Math.max(0, low - 1);
}

/**
 * What a slot of some length buys and costs, from a table of [longest, bought, price]; with the price
 * that it had where a change of its length changed what must be bought.
 */
export function priceOf(prices, length, before = length) {
  const [now, was] = [length, before].map((one) => prices.find(([longest]) => one <= longest + 1e-6));
  if (!now) return "";
  return `${now[1]} · ${now[2]}${was && was !== now ? `, was ${was[2]}` : ""}`;
}

/** Loudness 0..255 at ever coarser steps (each four times the last) from int8 pairs. */
export function pyramid(peaks) {
  const finest = new Uint8Array(peaks.length >> 1);
  for (let at = 0; at < finest.length; at += 1) {
    finest[at] = Math.min(255, 2 * Math.max(Math.abs(peaks[2 * at]), Math.abs(peaks[2 * at + 1])));
  }
  const levels = [finest];
  while (levels.at(-1).length > 512) {
    const below = levels.at(-1), above = new Uint8Array(Math.ceil(below.length / 4));
    for (let at = 0; at < below.length; at += 1) {
      if (below[at] > above[at >> 2]) above[at >> 2] = below[at];
    }
    levels.push(above);
  }
  return levels;
}

/** The loudest 0..1 between two times, read from the level that needs few looks. */
export function loudest(levels, perSecond, from, to) {
  let level = 0, rate = perSecond;
  while (level + 1 < levels.length && (to - from) * rate > 16) { level += 1; rate /= 4; }
  const values = levels[level];
  const last = Math.min(values.length - 1, Math.max(Math.floor(from * rate), Math.ceil(to * rate) - 1));
  let found = 0;
  for (let at = Math.max(0, Math.floor(from * rate)); at <= last; at += 1) found = Math.max(found, values[at]);
  return found / 255;
}

/** Seconds between labels of the ruler, so that they stand at least so many pixels apart. */
export function rulerStep(secondsPerPixel, pixels = 84) {
  const wanted = secondsPerPixel * pixels;
  return [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].find((step) => step >= wanted) ?? 3600;
}

/** A view [start, seconds per pixel] kept inside the song and between the closest and widest zoom. */
export function fitted(start, secondsPerPixel, width, duration) {
  const widest = duration / width;
  const scale = clamp(secondsPerPixel, Math.min(0.0025, widest), widest);
  return [clamp(start, 0, duration - scale * width), scale];
}
