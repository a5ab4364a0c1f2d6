// The boundary editor: it shows Python's cuts, and what the person is doing to them ahead of the
// answer. Every finished edit is one operation on a revision; Python has the last word.

const BURST_MS = 350;
const ANSWER_MS = 20000;
const HISTORY = new Set(["undo", "redo", "revert"]);
const remembered = new Map();

class Editor {
  constructor(parent, ground, args) {
    this.ground = ground;
    this.queue = [];
    this.flight = null;
    this.selected = new Set();
    this.snap = "beat";
    this.build(parent);
    this.sound = new Sound(args.data.audio, (time, playing) => this.atTime(time, playing));
    this.recall(args.data);
    this.unbind = bindInput(this);
    this.resize = new ResizeObserver(() => this.fitWidth());
    this.resize.observe(this.parts.stage);
    this.update(args);
  }

  build(parent) {
    const root = document.createElement("div");
    root.innerHTML = EDITOR_HTML;
    const style = document.createElement("style");
    style.textContent = EDITOR_CSS;
    root.prepend(style);
    parent.append(root);
    this.parts = { root };
    for (const name of ["stage", "waves", "overview", "handles", "playhead", "tip", "time", "volume", "facts", "now", "said", "keys"]) {
      this.parts[name] = root.querySelector(`.${name}`);
    }
    const list = root.querySelector("dl");
    for (const [keys, words] of KEYS) {
      list.append(Object.assign(document.createElement("dt"), { textContent: keys }), Object.assign(document.createElement("dd"), { textContent: words }));
    }
    this.pins = new Map();
  }

  recall(data) {
    const kept = remembered.get(data.project);
    this.view = kept?.view ?? [0, Infinity];
    this.snap = kept?.snap ?? (this.ground.beats.length ? "beat" : "off");
    this.selected = new Set(kept?.selected ?? []);
    this.current = kept?.current ?? null;
    if (kept?.time) this.sound.time = kept.time;
    this.parts.volume.value = this.sound.volume;
  }

  // --- what Python says ---

  update(args) {
    this.args = args;
    const data = args.data, typed = this.flight?.operations.some(({ op }) => op === "set_time");
    if (this.flight && data.ack >= this.flight.sequence) {
      clearTimeout(this.flight.timer);
      this.flight = null;
      if (data.refused) this.queue = [];
    }
    if (data.said && data.ack !== this.told) { this.told = data.ack; this.say(data.said, data.refused); }
    this.data = data;
    this.parts.root.dataset.revision = data.revision;
    this.base = unpack(data.cuts, this.ground.beats);
    this.theme = readTheme(this.parts.root);
    this.recompute();
    if (typed && !this.flight) this.readout(true);
    this.flush();
  }

  recompute() {
    const ahead = [...(this.flight?.operations ?? []), ...this.queue];
    this.cuts = ahead.reduce((cuts, operation) => reduced(cuts, operation, this.data.fps), this.base);
    const known = new Set(this.cuts.map((cut) => cut.id));
    this.selected = new Set([...this.selected].filter((id) => known.has(id)));
    if (!known.has(this.current)) this.current = this.cuts[slotAt(this.cuts, this.sound.time)]?.id ?? null;
    this.draw();
    this.readout();
  }

  // --- what the person does ---

  submit(operation, burst = false) {
    const last = this.queue.at(-1);
    if (burst && last?.op === "nudge" && operation.op === "nudge" && String(last.ids) === String(operation.ids)) last.frames += operation.frames;
    else this.queue.push(operation);
    this.recompute();
    clearTimeout(this.soon);
    this.soon = setTimeout(() => { this.soon = null; this.flush(); }, burst ? BURST_MS : 0);
  }

  flush() {
    if (this.flight || this.soon || !this.queue.length) return;
    const travels = this.queue.findIndex(({ op }) => HISTORY.has(op));
    const count = travels === 0 ? 1 : travels < 0 ? this.queue.length : travels;
    const operations = this.queue.splice(0, count), sequence = Math.max(Date.now(), this.data.ack + 1);
    const timer = setTimeout(() => this.unanswered(), ANSWER_MS);
    this.flight = { operations, sequence, timer };
    this.args.setTriggerValue("edit", { revision: this.data.revision, sequence, operations });
  }

  unanswered() {
    this.flight = null;
    this.queue = [];
    this.recompute();
    this.say("The studio did not answer; the last edit may not be stored. Reload the page to see.", true);
  }

  act(name) {
    const acts = {
      play: () => this.sound.toggle().then((heard) => heard || this.say("There is no sound to play yet.", true)),
      loop: () => this.toggleLoop(), across: () => this.across(), help: () => this.parts.keys.showModal(),
      previous: () => this.hop(-1), next: () => this.hop(1),
      split: () => this.split(this.sound.time, false), merge: () => this.merge(), lock: () => this.lock(),
      undo: () => this.submit({ op: "undo" }), redo: () => this.submit({ op: "redo" }), revert: () => this.submit({ op: "revert" }),
      in: () => this.zoom(0.5, this.anchor()), out: () => this.zoom(2, this.anchor()),
      fit: () => this.setView(0, Infinity), slot: () => this.showSlot(),
      "frame-back": () => this.step(-1, false), "frame-on": () => this.step(1, false), "beat-back": () => this.step(-1, true), "beat-on": () => this.step(1, true),
    };
    acts[name]();
    this.draw();
    this.readout();
  }

  /** A click on one of several chosen cuts, without a drag: it alone. */
  chooseOnly(id) { this.selected = new Set([id]); this.draw(); this.readout(); }

  choose(id, adding = false, current = id) {
    if (!adding || id === null) { if (!(id !== null && this.selected.has(id) && this.selected.size > 1)) this.selected = new Set(id === null ? [] : [id]); }
    else if (this.selected.has(id)) this.selected.delete(id);
    else this.selected.add(id);
    this.current = current;
    if (this.sound.loop) this.sound.loop = this.span(this.current);
    this.draw();
    this.readout();
  }

  chooseAll() { this.selected = new Set(this.cuts.slice(1).map((cut) => cut.id)); this.draw(); this.readout(); }

  escape() {
    if (this.dragging) this.cancelDrag();
    else if (this.parts.keys.open) this.parts.keys.close();
    else this.choose(null, false, this.current);
  }

  /** Cuts that may move: the chosen ones, neither first nor locked; says why when there are none. */
  movable() {
    const chosen = this.cuts.filter((cut) => this.selected.has(cut.id));
    if (!chosen.length) return this.say("Choose a cut first: click one, or press ] for the next.", true);
    if (chosen.some((cut) => cut.id === this.cuts[0].id)) return this.say("The first cut is where the film begins, so it stays.", true);
    if (chosen.some((cut) => cut.locked)) return this.say("A chosen cut is locked; unlock it first (X).", true);
    return chosen;
  }

  roomFor(chosen) { return room(this.cuts, chosen, { ...this.data.limits, end: this.data.end, fps: this.data.fps }); }

  step(direction, byBeat) {
    if (!this.selected.size) { this.seek(byBeat ? this.beatFrom(this.sound.time, direction) : this.sound.time + direction / this.data.fps); return; }
    const chosen = this.movable();
    if (!chosen) return;
    const ids = chosen.map((cut) => cut.id), [low, high] = this.roomFor(new Set(ids)), time = chosen[0].time;
    const wanted = byBeat ? this.beatFrom(time, direction) - time : direction / this.data.fps;
    if (wanted < low - 1e-9 || wanted > high + 1e-9) { this.say(this.limitWords(), true); return; }
    if (!byBeat) this.submit({ op: "nudge", ids, frames: direction }, true);
    else if (ids.length === 1) this.submit({ op: "move", id: ids[0], time_s: time + wanted });
    else this.submit({ op: "shift", ids, delta_s: wanted });
    this.show(time + wanted);
    this.say(ids.length === 1 ? this.spoken(ids[0]) : `${ids.length} cuts moved.`);
  }

  beatFrom(time, direction) {
    const { beats, beat } = this.ground, place = lowerBound(beats, time - 0.001);
    const on = Math.abs((beats[place] ?? -1) - time) < 0.001;
    return clamp(beats[direction > 0 ? place + (on ? 1 : 0) : place - 1] ?? time + direction * beat, 0, this.ground.duration);
  }

  hop(direction) {
    const from = this.selected.size === 1 ? this.cuts.find((cut) => this.selected.has(cut.id)).time : this.sound.time;
    const inner = this.cuts.slice(1);
    const target = direction > 0 ? inner.find((cut) => cut.time > from + 1e-4) : inner.findLast((cut) => cut.time < from - 1e-4);
    if (!target) { this.say(direction > 0 ? "This is the last cut." : "This is the first cut.", true); return; }
    this.selected.clear();
    this.choose(target.id);
    if (!this.sound.playing) this.seek(target.time);
    this.show(target.time);
    this.say(this.spoken(target.id));
  }

  split(time, free) {
    const index = slotAt(this.cuts, time), [start, end] = this.span(this.cuts[index].id), least = Math.max(this.data.limits.min, 1 / this.data.fps);
    if (end - start < 2 * least - 1e-6) { this.say(`A slot of ${(end - start).toFixed(2)} s cannot be split: the shortest is ${this.data.limits.min} s.`, true); return; }
    const times = free ? [] : this.grid();
    const exact = snapped(times, time, start + least, end - least);
    const id = nameOf(exact, new Set(this.cuts.map((cut) => cut.id)));
    this.submit({ op: "split", time_s: exact });
    this.selected = new Set();
    this.choose(id);
    this.say(`Split at ${clock(exact)}.`);
  }

  merge() {
    const chosen = this.movable();
    if (!chosen) return;
    const left = this.cuts[this.cuts.indexOf(chosen[0]) - 1];
    this.submit({ op: "merge", ids: chosen.map((cut) => cut.id) });
    this.choose(null, false, left.id);
    this.say(chosen.length > 1 ? `${chosen.length} cuts removed.` : `Cut at ${clock(chosen[0].time)} removed.`);
  }

  lock() {
    const chosen = this.cuts.filter((cut) => this.selected.has(cut.id));
    if (!chosen.length) { this.movable(); return; }
    const locked = !chosen.every((cut) => cut.locked);
    this.submit({ op: "lock", ids: chosen.map((cut) => cut.id), locked });
    this.say(locked ? "Locked." : "Unlocked.");
  }

  typed() {
    const time = parseClock(this.parts.time.value), [chosen] = this.movable() || [];
    const { duration } = this.ground;
    if (!chosen) { this.readout(true); return; }
    if (!Number.isFinite(time)) this.say("Write a time such as 1:23.45 or 83.45.", true);
    else if (time > duration) this.say(`${clock(time)} is past the end of the song, which is at ${clock(duration)}.`, true);
    else {
      this.submit({ op: "set_time", id: chosen.id, time_s: time });
      this.say(`Cut moved to ${clock(time)}.`);
    }
    this.readout(true);
  }

  // --- dragging ---

  beginDrag(id) {
    if (!this.selected.has(id)) this.choose(id);
    const chosen = this.movable();
    if (!chosen) return false;
    const ids = new Set(chosen.map((cut) => cut.id)), [low, high] = this.roomFor(ids);
    this.dragging = { id, ids, low, high, origin: this.cuts, time: this.cuts.find((cut) => cut.id === id).time, delta: 0 };
    this.parts.stage.classList.add("moving");
    return true;
  }

  drag(time, free, x) {
    const { origin, low, high, ids, time: from } = this.dragging, times = free ? [] : this.grid();
    const exact = snapped(times, time, from + low, from + high);
    this.dragging.delta = exact - from;
    this.dragging.free = free;
    this.cuts = origin.map((cut) => (ids.has(cut.id) ? { ...cut, time: cut.id === this.dragging.id ? exact : cut.time + exact - from } : cut));
    this.draw();
    this.readout();
    this.tell(x, Math.abs(time - exact) > 0.4 * this.ground.beat && (exact <= from + low + 1e-6 || exact >= from + high - 1e-6 || time < from + low || time > from + high));
  }

  endDrag(cancelled) {
    const { ids, id, delta, time } = this.dragging;
    this.dragging = null;
    this.parts.tip.hidden = true;
    this.parts.stage.classList.remove("moving");
    if (cancelled || Math.abs(delta) < 1e-6) { this.recompute(); return; }
    if (ids.size === 1) this.submit({ op: "move", id, time_s: time + delta });
    else this.submit({ op: "shift", ids: [...ids], delta_s: delta });
    this.say(`Cut moved to ${clock(time + delta)}.`);
  }

  cancelDrag() { if (this.dragging) this.endDrag(true); }

  tell(x, atLimit) {
    const index = this.cuts.findIndex((cut) => cut.id === this.dragging.id), cut = this.cuts[index];
    const beside = (cuts) => [cuts[index].time - cuts[index - 1].time, (cuts[index + 1]?.time ?? this.data.end) - cuts[index].time];
    const was = beside(this.dragging.origin);
    const lines = [["b", clock(cut.time)], ...beside(this.cuts).map((length, side) => ["div", `${length.toFixed(2)} s ${side ? "after" : "before"}${this.priceWords(length, was[side])}`])];
    if (this.dragging.ids.size > 1) lines.push(["div", `${this.dragging.ids.size} cuts together`]);
    if (atLimit) lines.push(["em", this.limitWords()]);
    const { tip, stage } = this.parts;
    tip.replaceChildren(...lines.map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })));
    tip.hidden = false;
    const wide = tip.offsetWidth, room = stage.clientWidth - wide - 4;
    tip.style.transform = `translateX(${clamp(x + 16 > room ? x - wide - 16 : x + 16, 4, room)}px)`;
  }

  priceWords(length, was) { const words = priceOf(this.data.prices, length, was); return words && ` · ${words}`; }

  limitWords() { const { min, max } = this.data.limits; return `A slot lasts ${min} to ${max} s.`; }

  grid() {
    const { ground } = this;
    return { beat: ground.beats, bar: ground.bars, section: ground.sectionStarts, lyric: ground.wordStarts, off: [] }[this.snap];
  }

  setSnap(kind) { this.snap = kind; this.draw(); this.readout(); this.say(kind === "off" ? "Cuts move freely." : `Cuts snap to the nearest ${kind}; hold Alt to move freely.`); }

  // --- sound ---

  seek(time) { this.sound.seek(clamp(time, 0, this.ground.duration)); }

  span(id) {
    const index = Math.max(0, this.cuts.findIndex((cut) => cut.id === id));
    return [this.cuts[index].time, this.cuts[index + 1]?.time ?? this.data.end];
  }

  toggleLoop() {
    if (this.sound.loop) { this.sound.loop = null; return; }
    this.sound.loop = this.span(this.current);
    this.sound.seek(this.sound.loop[0]);
    this.sound.start();
  }

  across() {
    const [chosen] = this.selected;
    this.sound.across(this.span(chosen ?? this.current)[0]).then((heard) => heard || this.say("There is no sound to play yet.", true));
  }

  atTime(time, playing) {
    const width = this.width || 1, place = this.x(time);
    if (playing && !this.dragging && (place > width * 0.96 || place < 0)) this.setView(time - width * (this.sound.back ? 0.92 : 0.06) * this.view[1], this.view[1]);
    this.placeHead();
    this.parts.root.classList.toggle("playing", playing);
    if (playing && !this.sound.loop && !this.selected.size) {
      const id = this.cuts[slotAt(this.cuts, time)]?.id;
      if (id !== this.current) { this.current = id; this.draw(); this.readout(); }
    }
    if (playing !== this.wasPlaying) { this.wasPlaying = playing; this.readout(); }
  }

  placeHead() {
    this.parts.now.textContent = clock(this.sound.time);
    const place = this.x(this.sound.time);
    this.parts.playhead.hidden = !(place >= 0 && place <= this.width);
    this.parts.playhead.style.transform = `translateX(${place}px)`;
  }

  // --- view ---

  get width() { return this.parts.stage.clientWidth; }
  x(time) { return (time - this.view[0]) / this.view[1]; }
  timeAt(x) { return clamp(this.view[0] + x * this.view[1], 0, this.ground.duration); }
  local(event) { const box = this.parts.stage.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top - 2 }; }
  anchor() { const place = this.x(this.sound.time); return place >= 0 && place <= this.width ? place : this.width / 2; }

  setView(start, scale) {
    const before = this.view[0];
    this.view = fitted(start, scale, this.width || 1, this.ground.duration);
    this.draw();
    return this.view[0] !== before;
  }

  pan(pixels) { return this.setView(this.view[0] + pixels * this.view[1], this.view[1]); }

  zoom(factor, x) {
    const [start, scale] = this.view, [, next] = fitted(0, scale * factor, this.width, this.ground.duration);
    this.setView(start + x * (scale - next), next);
  }

  show(time) { const place = this.x(time); if (place < 30 || place > this.width - 30) this.setView(time - (this.width / 2) * this.view[1], this.view[1]); }
  showSlot() { const [start, end] = this.span(this.current), pad = (end - start) * 0.25; this.setView(start - pad, (end - start + 2 * pad) / this.width); }
  centre(x) { this.setView((x / this.width) * this.ground.duration - (this.width / 2) * this.view[1], this.view[1]); }
  fitWidth() { if (this.width) this.setView(this.view[0], this.view[1]); }

  cutNear(x, within) {
    let best = null, gap = within;
    for (const cut of this.cuts.slice(1)) {
      const apart = Math.abs(this.x(cut.time) - x);
      if (apart <= gap) { gap = apart; best = cut.id; }
    }
    return best;
  }

  hover(id) { if (id !== this.hovered) { this.hovered = id; this.parts.stage.style.cursor = id ? "ew-resize" : ""; this.draw(); } }

  draw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => { this.frame = null; if (this.width && this.cuts) this.paint(); });
  }

  paint() {
    this.view = fitted(...this.view, this.width, this.ground.duration);
    const scene = {
      width: this.width, view: this.view, ground: this.ground, cuts: this.cuts, end: this.data.end, selected: this.selected, current: this.current,
      hover: this.hovered, limits: this.data.limits, theme: this.theme, rulerStep: rulerStep(this.view[1]),
    };
    paintStage(this.parts.waves, scene);
    paintOverview(this.parts.overview, scene, 38);
    const hidden = this.hidden;
    this.placeHandles();
    if (this.hidden !== hidden) this.readout();
    this.placeHead();
    remembered.set(this.data.project, { view: this.view, snap: this.snap, selected: this.selected, current: this.current, time: this.sound.time });
  }

  /** Real buttons over the cuts in view: for fingers, focus and screen readers. */
  placeHandles() {
    const shown = new Set(), crowded = this.cuts.length * (this.width / (this.ground.duration / this.view[1])) > this.width / 14;
    let last = -Infinity;
    this.hidden = 0;
    this.cuts.slice(1).forEach((cut, place) => {
      const x = this.x(cut.time), chosen = this.selected.has(cut.id);
      if (x < -14 || x > this.width + 14) return;
      if ((crowded || x - last < 11) && !chosen && cut.id !== this.hovered) { this.hidden += 1; return; }
      last = x;
      shown.add(cut.id);
      this.placeHandle(cut, place + 2, x, chosen);
    });
    for (const [id, pin] of this.pins) if (!shown.has(id)) { pin.remove(); this.pins.delete(id); }
  }

  placeHandle(cut, number, x, chosen) {
    let pin = this.pins.get(cut.id);
    if (!pin) {
      pin = Object.assign(document.createElement("button"), { className: "handle", type: "button", tabIndex: -1 });
      pin.dataset.cut = cut.id;
      for (const [name, value] of [["role", "slider"], ["aria-valuemin", 0], ["aria-valuemax", this.ground.duration]]) pin.setAttribute(name, value);
      this.pins.set(cut.id, pin);
      this.parts.handles.append(pin);
    }
    const says = `${cut.time.toFixed(3)}${cut.locked}${chosen}${number}`;
    pin.style.transform = `translateX(${x}px)`;
    if (pin.says === says) return;
    pin.says = says;
    pin.classList.toggle("locked", cut.locked);
    pin.setAttribute("aria-current", String(chosen));
    pin.setAttribute("aria-label", `Cut ${number}${cut.locked ? ", locked" : ""}`);
    pin.setAttribute("aria-valuenow", cut.time.toFixed(3));
    pin.setAttribute("aria-valuetext", clock(cut.time));
  }

  // --- words ---

  say(words, warning = false) {
    this.parts.said.textContent = words;
    this.parts.said.classList.toggle("warn", Boolean(warning));
    return null;
  }

  spoken(id) {
    const index = this.cuts.findIndex((cut) => cut.id === id), [start, end] = this.span(id);
    return `Cut ${index + 1} at ${clock(start)}, ${(end - start).toFixed(2)} seconds to the next${this.cuts[index].locked ? ", locked" : ""}.`;
  }

  readout(force = false) {
    const { parts, data } = this, [chosen] = this.selected, several = this.selected.size > 1;
    const cut = this.cuts.find((one) => one.id === chosen), index = this.cuts.findIndex((one) => one.id === (chosen ?? this.current));
    if (force || parts.root.getRootNode().activeElement !== parts.time) parts.time.value = several ? "" : cut ? clock(cut.time) : "";
    parts.time.disabled = !cut || several || cut.locked || index === 0;
    parts.facts.replaceChildren(...[...this.factsOf(index, several), ...this.tooClose()].map(([tag, words]) => Object.assign(document.createElement(tag), { textContent: words })));
    const held = this.cuts.filter((one) => this.selected.has(one.id)), fixed = !held.length || held.some((one) => one.locked || one.id === this.cuts[0].id);
    const off = { merge: fixed, lock: !held.length, undo: !data.undo, redo: !data.redo, revert: !data.own, "frame-back": fixed && held.length, "frame-on": fixed && held.length, "beat-back": fixed && held.length, "beat-on": fixed && held.length };
    for (const [name, disabled] of Object.entries(off)) this.button(name).disabled = Boolean(disabled);
    this.button("undo").title = data.undo ? `Undo: ${data.undo} (Z)` : "Nothing to undo";
    this.button("redo").title = data.redo ? `Redo: ${data.redo} (Y)` : "Nothing to redo";
    this.button("loop").setAttribute("aria-pressed", String(Boolean(this.sound.loop)));
    this.button("lock").setAttribute("aria-pressed", String(held.length > 0 && held.every((one) => one.locked)));
    this.button("play").querySelector("b").textContent = this.sound.playing ? "Pause" : "Play";
    for (const radio of parts.root.querySelectorAll("[data-snap]")) radio.setAttribute("aria-checked", String(radio.dataset.snap === this.snap));
  }

  button(name) { return this.parts.root.querySelector(`[data-do="${name}"]`); }

  factsOf(index, several) {
    if (several) return [["span", `${this.selected.size} cuts chosen`]];
    if (index < 0) return [];
    const [start, end] = this.span(this.cuts[index].id), length = end - start, { min, max } = this.data.limits;
    const facts = [["span", `Slot ${index + 1} of ${this.cuts.length}`], ["span", `${clock(start)} to ${clock(end)}`], ["span", `${length.toFixed(2)} s${this.priceWords(length)}`]];
    if (length > max + 1e-5 || length < min - 1e-5) facts.push(["em", ` · ${this.limitWords()}`]);
    return facts;
  }

  /** What to do about cuts that lie too close for handles. */
  tooClose() {
    if (!this.hidden) return [];
    const cuts = this.hidden === 1 ? "1 cut lies" : `${this.hidden} cuts lie`;
    return [["span", `${cuts} too close for handles: zoom in (+), or step through with ]`]];
  }

  close() {
    this.unbind();
    this.resize.disconnect();
    this.sound.close();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.soon);
    clearTimeout(this.flight?.timer);
    this.parts.root.remove();
  }
}
