// Pointer, wheel and keys of the boundary editor, turned into the editor's own verbs.

const DRAG_PX = 3;
const LINE_PX = 5;
const STEP = { mouse: 1, touch: 2.4, pen: 1.6 };

export const KEYS = [
  ["Space", "Play or pause"], ["J  K  L", "Backward, stop, forward; again for twice as fast"],
  ["←  →", "Cut by one frame; without a cut, the playhead"], [",  .  or Shift ← →", "Cut by one beat"],
  ["[  ]", "Previous, next cut"], ["S", "Split at the playhead"],
  ["M or Delete", "Remove the chosen cuts"], ["X", "Lock or unlock"],
  ["O", "Loop the chosen slot"], ["P", "Play across the cut"],
  ["Z  Y", "Undo, redo"], ["A", "Choose all cuts; Esc for none"],
  ["+  −", "Zoom; also Ctrl and wheel, or pinch"], ["F  G", "Show the whole song, the chosen slot"],
  ["Home  End", "To the start, to the end"], ["Shift and click", "Choose several cuts"],
  ["Double click", "Split there"], ["Alt while dragging", "Free of the snap"],
];

const BY_KEY = {
  " ": (editor) => editor.act("play"), k: (editor) => editor.sound.stop(), l: (editor) => editor.sound.faster(), j: (editor) => editor.sound.backward(),
  ArrowLeft: (editor, event) => editor.step(-1, event.shiftKey), ArrowRight: (editor, event) => editor.step(1, event.shiftKey),
  ",": (editor) => editor.step(-1, true), ".": (editor) => editor.step(1, true),
  "<": (editor) => editor.step(-1, true), ">": (editor) => editor.step(1, true),
  "[": (editor) => editor.act("previous"), "]": (editor) => editor.act("next"),
  s: (editor) => editor.act("split"), m: (editor) => editor.act("merge"), Delete: (editor) => editor.act("merge"), Backspace: (editor) => editor.act("merge"),
  x: (editor) => editor.act("lock"), o: (editor) => editor.act("loop"), p: (editor) => editor.act("across"),
  z: (editor, event) => editor.act(event.shiftKey ? "redo" : "undo"), y: (editor) => editor.act("redo"),
  "+": (editor) => editor.act("in"), "=": (editor) => editor.act("in"), "-": (editor) => editor.act("out"),
  f: (editor) => editor.act("fit"), g: (editor) => editor.act("slot"), "?": (editor) => editor.act("help"), h: (editor) => editor.act("help"),
  a: (editor) => editor.chooseAll(), Escape: (editor) => editor.escape(),
  Home: (editor) => editor.seek(editor.cuts[0].time), End: (editor) => editor.seek(editor.data.end),
};
const WITH_CONTROL = new Set(["z", "y", "a"]);

/** Bind everything to an editor. Returns what takes the listeners off again. */
export function bindInput(editor) {
  const off = new AbortController(), { stage, overview, root } = editor.parts;
  const on = (target, name, act, options = {}) => target.addEventListener(name, act, { signal: off.signal, ...options });
  const hand = new Hand(editor);
  on(stage, "pointerdown", (event) => hand.down(event));
  on(stage, "pointermove", (event) => hand.move(event));
  for (const name of ["pointerup", "pointercancel"]) on(stage, name, (event) => hand.up(event));
  on(stage, "pointerleave", () => editor.hover(null));
  on(stage, "dblclick", (event) => hand.twice(event));
  on(stage, "wheel", (event) => onWheel(editor, event), { passive: false });
  on(overview, "pointerdown", (event) => { overview.setPointerCapture(event.pointerId); editor.centre(event.offsetX); });
  on(overview, "pointermove", (event) => { if (event.buttons) editor.centre(event.offsetX); });
  on(root, "click", (event) => onButton(editor, event));
  on(root, "keydown", (event) => onKey(editor, event));
  // With nothing focused, the keys belong to the editor too: space should simply play.
  on(window, "keydown", (event) => { if (document.activeElement === document.body) onKey(editor, event); });
  on(editor.parts.time, "change", () => editor.typed());
  on(editor.parts.volume, "input", () => { editor.sound.volume = Number(editor.parts.volume.value); });
  return () => off.abort();
}

function onButton(editor, event) {
  const button = event.target.closest("button");
  if (button?.dataset.do) editor.act(button.dataset.do);
  if (button?.dataset.snap) editor.setSnap(button.dataset.snap);
}

function onKey(editor, event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const written = event.target.closest?.("input, dialog, [role=radio]");
  if (written || event.defaultPrevented) { event.stopPropagation(); return; }
  if ((event.ctrlKey || event.metaKey) && !WITH_CONTROL.has(key)) return;
  if (key === " " && event.target.closest?.("button:not(.handle)")) { event.stopPropagation(); return; }
  if (!BY_KEY[key]) return;
  // Streamlit has hotkeys of its own on the same letters.
  event.preventDefault();
  event.stopPropagation();
  BY_KEY[key](editor, event);
}

function onWheel(editor, event) {
  const zooming = event.ctrlKey || event.metaKey;
  const along = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.deltaY;
  const pixels = along * (event.deltaMode === 1 ? 24 : 1);
  if (zooming) editor.zoom(Math.exp(event.deltaY * (Math.abs(event.deltaY) < 40 ? 0.012 : 0.0035)), editor.local(event).x);
  // At the end of the song the page scrolls on.
  if (zooming || editor.pan(pixels)) event.preventDefault();
}

/** One or two fingers, or a mouse: drag a cut, pan, scrub, pinch, or just click. */
class Hand {
  constructor(editor) {
    this.editor = editor;
    this.points = new Map();
    this.doing = null;
  }

  down(event) {
    if (event.button !== 0) return;
    const { editor } = this, at = editor.local(event);
    this.points.set(event.pointerId, at.x);
    editor.parts.stage.setPointerCapture(event.pointerId);
    editor.parts.stage.focus({ preventScroll: true });
    event.preventDefault();
    if (this.points.size === 2) { this.pinch(); return; }
    const cut = this.cutAt(event, at);
    this.from = at;
    this.doing = cut ? "press" : at.y < LANES.ruler[1] + 2 ? "scrub" : "click";
    this.cut = cut;
    if (cut) editor.choose(cut, event.shiftKey);
    if (this.doing === "scrub") editor.seek(editor.timeAt(at.x));
  }

  pinch() {
    this.editor.cancelDrag();
    this.doing = "pinch";
    const [one, two] = [...this.points.values()];
    this.apart = Math.max(10, Math.abs(one - two));
  }

  cutAt(event, at) {
    const handle = event.composedPath().find((node) => node.classList?.contains("handle"));
    if (handle) return handle.dataset.cut;
    if (at.y < LANES.slots[0]) return null;
    return this.editor.cutNear(at.x, LINE_PX * (STEP[event.pointerType] ?? 1));
  }

  move(event) {
    const { editor } = this, at = editor.local(event);
    if (!this.points.has(event.pointerId)) { editor.hover(this.cutAt(event, at)); return; }
    const before = this.points.get(event.pointerId);
    this.points.set(event.pointerId, at.x);
    if (this.doing === "pinch") { this.pinching(); return; }
    const far = Math.abs(at.x - this.from.x) > DRAG_PX;
    if (this.doing === "press" && far) { this.doing = editor.beginDrag(this.cut) ? "drag" : "held"; }
    if (this.doing === "click" && far) { this.doing = "pan"; editor.parts.stage.classList.add("panning"); }
    if (this.doing === "drag") editor.drag(editor.timeAt(at.x), event.altKey, at.x);
    if (this.doing === "pan") editor.pan(before - at.x);
    if (this.doing === "scrub") editor.seek(editor.timeAt(at.x));
  }

  pinching() {
    const [one, two] = [...this.points.values()], apart = Math.max(10, Math.abs(one - two));
    this.editor.zoom(this.apart / apart, (one + two) / 2);
    this.apart = apart;
  }

  up(event) {
    const { editor } = this;
    if (!this.points.delete(event.pointerId)) return;
    editor.parts.stage.classList.remove("panning");
    if (this.doing === "drag") editor.endDrag(event.type === "pointercancel");
    if (this.doing === "press" && event.type === "pointerup" && !event.shiftKey) editor.chooseOnly(this.cut);
    if (this.doing === "click" && event.type === "pointerup") this.click(event);
    this.doing = null;
  }

  click(event) {
    const { editor, from } = this, time = editor.timeAt(from.x);
    const inSlots = from.y >= LANES.slots[0] && from.y < LANES.slots[0] + LANES.slots[1];
    const slot = editor.cuts[slotAt(editor.cuts, time)].id;
    if (inSlots && event.shiftKey) editor.choose(slot, true);
    else editor.choose(null, false, slot);
    if (!inSlots) editor.seek(time);
  }

  twice(event) {
    const at = this.editor.local(event);
    if (at.y > LANES.ruler[1] && !event.composedPath().some((node) => node.classList?.contains("handle"))) {
      this.editor.split(this.editor.timeAt(at.x), event.altKey);
    }
  }
}
