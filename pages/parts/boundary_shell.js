// How the boundary editor enters and leaves the page, and what it is given to stand on.

/** What never changes with an edit, unpacked once: a length, JSON of that length, int8 peaks. */
function readGround(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), size = view.getUint32(0, true);
  const ground = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const levels = pyramid(new Int8Array(bytes.buffer, bytes.byteOffset + 4 + size, bytes.byteLength - 4 - size));
  const loud = Math.max(0.05, loudest(levels, ground.peaks_per_s, 0, ground.duration));
  return {
    ...ground,
    sectionStarts: ground.sections.map(([start]) => start),
    wordStarts: ground.words.map(([start]) => start),
    loudness: (from, to) => (loudest(levels, ground.peaks_per_s, from, to) / loud) ** 0.9,
    between: (times, from, to) => times.slice(lowerBound(times, from), lowerBound(times, to)),
    firstBar: (from) => lowerBound(ground.bars, from),
  };
}

const MOST_GROUNDS = 4;
const editors = new Map(), grounds = new Map(), waiting = new Map();

function mount(args) {
  const ground = grounds.get(args.data.ground), { key } = args;
  if (!ground) { waiting.set(key, args); return; }
  waiting.delete(key);
  const standing = editors.get(key);
  if (standing && standing.data.project === args.data.project) {
    standing.ground = ground;
    standing.update(args);
    return;
  }
  standing?.close();
  editors.set(key, new Editor(args.parentElement, ground, args));
}

function unmount(key) {
  waiting.delete(key);
  editors.get(key)?.close();
  editors.delete(key);
}

export default function ({ data }) {
  window.studioCuts ??= { early: [], calls: new Map() };
  const ground = readGround(data);
  if (!grounds.has(ground.id)) grounds.set(ground.id, ground);
  // Each correction brings another ground; the oldest are not needed any more.
  for (const old of [...grounds.keys()].slice(0, -MOST_GROUNDS)) grounds.delete(old);
  window.studioCuts.mount = mount;
  window.studioCuts.unmount = unmount;
  for (const args of [...waiting.values(), ...window.studioCuts.early.splice(0)]) mount(args);
}
