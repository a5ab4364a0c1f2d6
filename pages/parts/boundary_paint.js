// Painting of the boundary editor: everything on its two canvases, from plain values.

export const LANES = { ruler: [0, 20], sections: [24, 20], slots: [50, 26], wave: [82, 148], lyrics: [234, 18], beats: [256, 20] };
export const HEIGHT = 280;

const HUES = { intro: 235, verse: 195, "pre-chorus": 130, chorus: 320, bridge: 75, outro: 235, silence: 250 };
const LETTERS = [195, 320, 130, 75, 20, 165, 345, 100];

let lastTheme = null;

/** The colours of the page; asked for after each edit, and measured only when they changed. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise;
  const key = ["background-color", "text-color", "primary-color"].map((name) => read(name, "")).join();
  if (lastTheme?.key !== key) lastTheme = measuredTheme(read, key);
  return lastTheme;
}

function measuredTheme(read, key) {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  probe.fillStyle = read("background-color", "#151618");
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  return {
    key,
    dark: 0.3 * red + 0.6 * green + 0.1 * blue < 128,
    text: read("text-color", "#e7e8ea"),
    back: read("background-color", "#151618"),
    panel: read("secondary-background-color", "#1e2023"),
    accent: read("primary-color", "#5673dc"),
    font: read("font", "sans-serif"),
  };
}

export function sectionColour(label, theme, alpha = 1) {
  const word = label.toLowerCase().replace(/[\s\d']+$/, "");
  const letter = /^[a-z]$/.test(word) ? LETTERS[(word.charCodeAt(0) - 97) % LETTERS.length] : undefined;
  const hue = HUES[word] ?? letter ?? 215;
  return `oklch(${theme.dark ? 0.72 : 0.6} ${hue === 235 || hue === 250 ? 0.03 : 0.085} ${hue} / ${alpha})`;
}

export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const across = Math.round(width * ratio), down = Math.round(height * ratio);
  if (canvas.width !== across || canvas.height !== down) { canvas.width = across; canvas.height = down; }
  const brush = canvas.getContext("2d");
  brush.setTransform(ratio, 0, 0, ratio, 0, 0);
  brush.clearRect(0, 0, width, height);
  return brush;
}

/** The whole stage. `scene` holds view, ground, cuts, end, selected, current, limits, drag, theme. */
export function paintStage(canvas, scene) {
  const brush = sized(canvas, scene.width, HEIGHT);
  brush.font = `11px ${scene.theme.font}`;
  brush.textBaseline = "middle";
  const [start, scale] = scene.view;
  const tools = { brush, scene, x: (time) => (time - start) / scale, from: start, to: start + scene.width * scale };
  paintSections(tools);
  paintCurrent(tools);
  paintWave(tools);
  paintRuler(tools);
  paintBeats(tools);
  paintWords(tools);
  paintSlots(tools);
  paintOutside(tools);
}

function box(brush, x, y, width, height, radius) {
  brush.beginPath();
  const wide = Math.max(1, width);
  brush.roundRect(x, y, wide, height, Math.min(radius, wide / 2));
  brush.fill();
}

/** Text cut to a width, with an ellipsis; nothing when not even a letter fits. */
function label(brush, text, x, y, width) {
  if (width < 12) return;
  let shown = text;
  if (brush.measureText(shown).width > width) {
    const each = brush.measureText(shown).width / shown.length;
    shown = shown.slice(0, Math.max(0, Math.floor(width / each) - 1)).trimEnd();
    if (!shown) return;
    shown += "…";
  }
  brush.fillText(shown, x, y);
}

const withAlpha = (brush, alpha, paint) => { brush.globalAlpha = alpha; paint(); brush.globalAlpha = 1; };

function paintSections({ brush, scene, x, from, to }) {
  const [top, height] = LANES.sections;
  for (const [start, end, name] of scene.ground.sections) {
    if (end < from || start > to) continue;
    const left = x(start) + 1, right = x(end) - 1;
    brush.fillStyle = sectionColour(name, scene.theme, 0.26);
    box(brush, left, top, right - left, height, 5);
    brush.fillStyle = scene.theme.text;
    const shown = Math.max(left, 0);
    withAlpha(brush, 0.92, () => label(brush, name, shown + 8, top + height / 2 + 0.5, Math.min(right, scene.width) - shown - 14));
  }
}

function paintCurrent({ brush, scene, x }) {
  const { cuts, current, theme } = scene;
  const index = cuts.findIndex((cut) => cut.id === current);
  if (index < 0) return;
  const left = x(cuts[index].time), right = x(cuts[index + 1]?.time ?? scene.end);
  brush.fillStyle = theme.accent;
  withAlpha(brush, theme.dark ? 0.17 : 0.12, () => box(brush, left, LANES.slots[0], right - left, LANES.beats[0] - LANES.slots[0], 6));
}

function paintWave({ brush, scene, x, from, to }) {
  // Without words their lane is the waveform's.
  const [top, own] = LANES.wave, height = own + (scene.ground.words.length ? 0 : LANES.lyrics[1] + 2), { ground, theme } = scene, scale = scene.view[1];
  const pitch = 5, span = pitch * scale, middle = top + height / 2;
  let section = 0, drawn = null;
  const flush = () => { if (drawn) { brush.fillStyle = drawn.colour; brush.fill(drawn.path); } };
  for (let bar = Math.floor(from / span); bar * span < to; bar += 1) {
    const time = bar * span;
    while (section + 1 < ground.sections.length && ground.sections[section + 1][0] <= time + span / 2) section += 1;
    const name = ground.sections[section]?.[2] ?? "";
    if (drawn?.name !== name) {
      flush();
      drawn = { name, path: new Path2D(), colour: sectionColour(name, theme, theme.dark ? 0.85 : 0.9) };
    }
    const size = Math.max(2, ground.loudness(time, time + span) * (height - 6));
    drawn.path.roundRect(x(time) + 0.5, middle - size / 2, 3, size, 1.5);
  }
  flush();
}

function paintRuler({ brush, scene, x, from, to }) {
  const step = scene.rulerStep, digits = step < 1 ? 1 : 0;
  brush.fillStyle = scene.theme.text;
  withAlpha(brush, 0.6, () => {
    for (let mark = Math.ceil(from / step); mark * step <= to; mark += 1) {
      const time = mark * step, minutes = Math.floor(time / 60 + 1e-9);
      const seconds = (time - minutes * 60).toFixed(digits).padStart(digits ? 4 : 2, "0");
      brush.fillRect(Math.round(x(time)), 12, 1, 7);
      brush.fillText(`${minutes}:${seconds}`, x(time) + 4, 9);
    }
  });
}

function paintBeats({ brush, scene, x, from, to }) {
  const [top, height] = LANES.beats, { ground, theme } = scene;
  const gap = ground.beat / scene.view[1];
  brush.fillStyle = theme.text;
  if (gap >= 5) {
    withAlpha(brush, 0.34, () => ground.between(ground.beats, from, to).forEach((time) => box(brush, x(time) - 0.75, top + 12, 1.5, height - 14, 1)));
  }
  const bars = ground.between(ground.bars, from, to), apart = bars.length > 1 ? (x(bars.at(-1)) - x(bars[0])) / (bars.length - 1) : 99;
  const every = [1, 2, 4, 8, 16, 32].find((count) => apart * count >= 26) ?? 64;
  const first = ground.firstBar(from);
  bars.forEach((time, index) => {
    const number = first + index;
    if (apart < 5 && number % every) return;
    // Below the numbers, where a bar has none: its neighbour's number may reach this far.
    const rise = number % every ? 12 : 3;
    withAlpha(brush, 0.75, () => box(brush, x(time) - 1, top + rise, 2, height - rise - 2, 1));
    if (number % every === 0) withAlpha(brush, 0.55, () => brush.fillText(String(number + 1), x(time) + 4, top + 6));
    if (gap >= 9 || number % every === 0) withAlpha(brush, 0.07, () => brush.fillRect(Math.round(x(time)), LANES.wave[0], 1, LANES.wave[1]));
  });
}

function paintWords({ brush, scene, x, from, to }) {
  const [top, height] = LANES.lyrics;
  let covered = -Infinity;
  for (const [start, end, text] of scene.ground.words) {
    if (end < from || start > to) continue;
    const left = x(start), width = Math.max(2, x(end) - left - 1);
    if (left < covered) continue;
    covered = left + width;
    brush.fillStyle = scene.theme.text;
    withAlpha(brush, 0.1, () => box(brush, left, top, width, height, 4));
    withAlpha(brush, 0.85, () => label(brush, text, left + 4, top + height / 2 + 0.5, width - 5));
  }
}

function paintSlots({ brush, scene, x, from, to }) {
  const { cuts, theme, limits, selected } = scene, [top, height] = LANES.slots;
  const apart = (scene.ground.duration / scene.view[1]) / cuts.length, faint = 0.42 * Math.min(1, apart / 12);
  let drawn = -Infinity;
  cuts.forEach((cut, index) => {
    const end = cuts[index + 1]?.time ?? scene.end, length = end - cut.time;
    if (end < from || cut.time > to) return;
    const left = x(cut.time), right = x(end), wide = right - left;
    const beyond = length > limits.max + 1e-5 || length < limits.min - 1e-5;
    brush.fillStyle = beyond ? "#d08540" : theme.text;
    if (wide > 4) withAlpha(brush, beyond ? 0.34 : 0.08, () => box(brush, left + 1.5, top, wide - 3, height, 5));
    brush.fillStyle = theme.text;
    paintLength(brush, String(index + 1), length, Math.max(left, 0), Math.min(right, scene.width), top + height / 2 + 0.5);
    if (index === 0) return;
    const held = selected.has(cut.id);
    if (!held && left - drawn < 3) return;
    drawn = left;
    brush.fillStyle = held ? theme.accent : theme.text;
    const bottom = LANES.beats[0] + LANES.beats[1] - 2;
    withAlpha(brush, held ? 1 : cut.id === scene.hover ? 0.85 : faint, () => box(brush, left - (held ? 1 : 0.5), top, held ? 2 : 1, bottom - top, 1));
  });
}

/** A slot's number and length, as much of it as fits between its handles. */
function paintLength(brush, number, length, left, right, middle) {
  const exact = `${length.toFixed(length < 9.95 ? 2 : 1)} s`, rough = length.toFixed(1), space = right - left - 18;
  const wide = brush.measureText(number).width + 8;
  if (space > 72) {
    withAlpha(brush, 0.5, () => brush.fillText(number, left + 15, middle));
    withAlpha(brush, 0.95, () => brush.fillText(exact, left + 15 + wide, middle));
    return;
  }
  const words = [exact, rough].find((one) => brush.measureText(one).width <= space);
  if (words) withAlpha(brush, 0.9, () => brush.fillText(words, (left + right - brush.measureText(words).width) / 2, middle));
}

function paintOutside({ brush, scene, x }) {
  brush.fillStyle = scene.theme.back;
  withAlpha(brush, 0.72, () => {
    const begin = x(scene.cuts[0]?.time ?? 0), end = x(scene.end);
    if (begin > 0) brush.fillRect(0, LANES.sections[0], begin, HEIGHT);
    if (end < scene.width) brush.fillRect(end, LANES.sections[0], scene.width - end, HEIGHT);
  });
}

/** The strip with the whole song: sections, loudness, cuts and the window of the stage. */
export function paintOverview(canvas, scene, height) {
  const brush = sized(canvas, scene.width, height), { ground, theme, width } = scene;
  const scale = ground.duration / width, bars = Math.floor(width / 3);
  for (let bar = 0; bar < bars; bar += 1) {
    const time = bar * 3 * scale, size = Math.max(1.5, ground.loudness(time, time + 3 * scale) * (height - 10));
    const section = ground.sections.findLast(([start]) => start <= time);
    brush.fillStyle = sectionColour(section?.[2] ?? "", theme, 0.75);
    brush.fillRect(bar * 3, (height - 4 - size) / 2, 2, size);
  }
  brush.fillStyle = theme.text;
  withAlpha(brush, 0.6, () => scene.cuts.forEach((cut) => brush.fillRect(cut.time / scale - 0.5, height - 4, 1, 4)));
  const left = scene.view[0] / scale, wide = Math.max(6, scene.view[1] * width / scale);
  if (wide < width - 1) {
    brush.fillStyle = theme.back;
    withAlpha(brush, 0.62, () => { brush.fillRect(0, 0, left, height); brush.fillRect(left + wide, 0, width - left - wide, height); });
    brush.strokeStyle = theme.accent;
    brush.lineWidth = 1.5;
    brush.beginPath();
    brush.roundRect(left + 0.75, 0.75, wide - 1.5, height - 1.5, 4);
    brush.stroke();
  }
}
