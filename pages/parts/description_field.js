// A description with its findings marked in the words. Python judges; the browser only draws.
// Every edit carries a sequence number: an answer to an older one never touches what was typed.
const PAUSE_MS = 150;
const REST_MS = 1400;
const APART_MS = 80;

export default function ({ parentElement, data, setStateValue }) {
  const field = parentElement.studioField ?? (parentElement.studioField = build(parentElement));
  field.send = (edit) => setStateValue("edit", edit);
  field.take(data);
  return () => clearTimeout(field.timer);
}

function make(tag, className, parent, text) {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
}

function build(parent) {
  const root = make("div", "field", parent);
  const label = make("label", "label", root);
  const box = make("div", "box", root);
  const back = make("div", "back", box);
  back.setAttribute("aria-hidden", "true");
  const area = make("textarea", "area", box);
  area.id = "description";
  label.htmlFor = area.id;
  area.spellcheck = true;
  area.setAttribute("aria-describedby", "state");
  const tip = make("div", "tip", box);
  tip.hidden = true;
  const state = make("p", "state", root);
  state.id = "state";
  state.setAttribute("aria-live", "polite");
  const list = make("ul", "findings", root);
  const gaps = make("div", "gaps", root);
  const field = { area, back, tip, state, gaps, list, label, seq: -1, text: "", marks: [], dirty: false };

  field.take = (data) => take(field, data);
  listen(field);
  return field;
}

function listen(field) {
  const { area } = field;
  // Streamlit listens for single keys on the document; what is typed here belongs here.
  for (const kind of ["keydown", "keyup", "keypress"]) {
    area.addEventListener(kind, (event) => event.stopPropagation());
  }
  area.addEventListener("input", () => {
    if (field.own) return;
    field.seq += 1;
    field.dirty = true;
    moveMarks(field, area.value);
    paint(field);
    later(field);
  });
  area.addEventListener("compositionstart", () => { field.composing = true; });
  area.addEventListener("compositionend", () => { field.composing = false; later(field); });
  area.addEventListener("blur", () => {
    if (!field.dirty) return;
    tell(field, true);
    clickApart();
  });
  area.addEventListener("mousemove", (event) => hint(field, event));
  area.addEventListener("mouseleave", () => { field.tip.hidden = true; });
  for (const kind of ["click", "keyup"]) area.addEventListener(kind, () => follow(field));
}

// Streamlit joins what is sent in one moment and then runs only this part of the page, so a quick
// press of a button, which also ends the typing, would be lost: it is passed on a moment later.
function clickApart() {
  const hold = (event) => {
    if (!event.isTrusted) return;
    release();
    event.stopPropagation();
    event.preventDefault();
    const target = event.composedPath()[0];
    setTimeout(() => { if (target.isConnected) target.click?.(); }, APART_MS);
  };
  const release = () => document.removeEventListener("click", hold, true);
  document.addEventListener("click", hold, true);
  setTimeout(release, APART_MS);
}

function later(field) {
  clearTimeout(field.timer);
  if (field.composing) return;
  field.timer = setTimeout(() => {
    tell(field, false);
    field.timer = setTimeout(() => tell(field, true), REST_MS);
  }, PAUSE_MS);
}

function tell(field, commit, chip = "") {
  clearTimeout(field.timer);
  if (commit) field.dirty = false;
  field.send({ seq: field.seq, text: field.area.value, commit, chip });
}

function take(field, data) {
  const { area } = field;
  field.label.textContent = data.label;
  area.placeholder = data.hint;
  area.maxLength = data.most;
  area.disabled = data.disabled;
  if (field.seq < 0) { field.seq = data.seq; area.value = data.text; }
  if (data.seq < field.seq) return;
  field.seq = data.seq;
  if (data.text !== area.value && !field.composing) replace(field, data.text);
  field.marks = data.marks.map((mark) => ({ ...mark }));
  field.text = area.value;
  paint(field);
  describe(field, data);
}

// Puts in only what differs, as if it were typed: the caret stays, and Ctrl+Z takes it back.
function replace(field, text) {
  const { area } = field;
  const [start, before, after] = difference(area.value, text);
  const piece = text.slice(start, text.length - after);
  field.own = true;
  const focused = area.getRootNode().activeElement === area;
  let done = false;
  if (focused) {
    area.setSelectionRange(start, before);
    done = piece ? document.execCommand("insertText", false, piece) : document.execCommand("delete");
  }
  if (!done || area.value !== text) area.value = text;
  if (focused) area.setSelectionRange(start + piece.length, start + piece.length);
  field.own = false;
}

function difference(old, fresh) {
  const least = Math.min(old.length, fresh.length);
  let start = 0, after = 0;
  while (start < least && old[start] === fresh[start]) start += 1;
  while (after < least - start && old[old.length - 1 - after] === fresh[fresh.length - 1 - after]) after += 1;
  return [start, old.length - after, after];
}

// Until Python has judged again, marks stay with their words; a mark whose words changed goes.
function moveMarks(field, text) {
  const [start, end] = difference(field.text, text);
  const shift = text.length - field.text.length;
  field.marks = field.marks
    .filter((mark) => mark.end <= start || mark.start >= end)
    .map((mark) => (mark.end <= start ? mark : { ...mark, start: mark.start + shift, end: mark.end + shift }));
  field.text = text;
}

function paint(field) {
  const { back, area } = field, text = area.value;
  back.replaceChildren();
  field.spans = [];
  let at = 0;
  for (const mark of field.marks) {
    if (mark.start < at || mark.end > text.length) continue;
    back.append(text.slice(at, mark.start));
    const span = make("mark", mark.level, back, text.slice(mark.start, mark.end));
    field.spans.push([span, mark]);
    at = mark.end;
  }
  back.append(text.slice(at) + "\n ");
}

function describe(field, data) {
  field.state.textContent = data.state;
  field.state.className = `state ${data.grade}`;
  field.gaps.replaceChildren();
  for (const gap of data.gaps) {
    const row = make("div", gap.required ? "gap must" : "gap", field.gaps);
    make("span", "ask", row, gap.label).title = gap.question;
    const chips = make("span", "choices", row);
    for (const chip of gap.chips) button(field, chips, chip);
  }
  field.list.replaceChildren();
  for (const finding of data.findings) {
    const item = make("li", finding.level, field.list);
    const words = make("button", "words", item, finding.message);
    words.type = "button";
    words.title = "Show the words";
    words.disabled = finding.end <= finding.start;
    words.addEventListener("click", () => {
      field.area.focus();
      field.area.setSelectionRange(finding.start, finding.end);
    });
    make("span", "fix", item, finding.fix);
    const row = make("span", "choices", item);
    for (const chip of finding.chips) button(field, row, chip);
  }
}

function button(field, row, chip) {
  const node = make("button", "chip", row, chip.label);
  node.type = "button";
  node.disabled = field.area.disabled;
  node.addEventListener("mousedown", (event) => event.preventDefault());
  node.addEventListener("click", () => {
    field.seq += 1;
    tell(field, true, chip.id);
  });
}

function hint(field, event) {
  const over = (field.spans ?? []).find(([span]) => [...span.getClientRects()].some(
    (box) => event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom));
  field.tip.hidden = !over;
  if (!over) return;
  const home = field.back.getBoundingClientRect(), box = over[0].getClientRects()[0];
  field.tip.textContent = over[1].message;
  field.tip.style.left = `${Math.max(0, Math.min(box.left - home.left, home.width - 320))}px`;
  field.tip.style.top = `${box.bottom - home.top + 4}px`;
}

// The finding under the caret is set apart in the list.
function follow(field) {
  const at = field.area.selectionStart;
  (field.spans ?? []).forEach(([span, mark]) => {
    span.classList.toggle("here", mark.start <= at && at <= mark.end);
  });
}
