// A row of buttons that loses no click: Streamlit melts two quick clicks on one of its own buttons
// into one. Each message holds every click that was not yet answered for, on whichever row of the desk
// it was made: any message may be lost or come late, and the clicks still keep their order.
const rows = new Map();
const desks = (globalThis.studioFixes ??= new Map());

class Row {
  constructor(parent) {
    this.root = Object.assign(document.createElement("div"), { className: "fixes" });
    this.root.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    parent.append(this.root);
  }

  update(args) {
    this.args = args;
    this.desk = desks.get(args.data.desk) ?? { waiting: [], ack: 0 };
    desks.set(args.data.desk, this.desk);
    this.desk.ack = Math.max(this.desk.ack, args.data.ack);
    this.desk.waiting = this.desk.waiting.filter(([number]) => number > this.desk.ack);
    const drawn = JSON.stringify(args.data.buttons);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const held = this.root.getRootNode().activeElement?.dataset?.name;
    this.root.replaceChildren(...args.data.buttons.map(({ name, words, aside, help }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", title: help });
      button.dataset.name = name;
      button.setAttribute("aria-label", `${help}${aside ? `, ${aside}` : ""}`);
      button.append(Object.assign(document.createElement("b"), { textContent: words }));
      if (aside) button.append(Object.assign(document.createElement("span"), { textContent: aside }));
      return button;
    }));
    if (held) this.root.querySelector(`[data-name="${CSS.escape(held)}"]`)?.focus();
  }

  clicked(button) {
    if (!button) return;
    const { waiting, ack } = this.desk;
    waiting.push([Math.max(Date.now(), (waiting.at(-1)?.[0] ?? ack) + 1), button.dataset.name]);
    this.args.setTriggerValue("asked", [...waiting]);
  }
}

export default function (args) {
  let row = rows.get(args.key);
  if (!row || row.root.parentNode !== args.parentElement) {
    row?.root.remove();
    row = new Row(args.parentElement);
    rows.set(args.key, row);
  }
  row.update(args);
  return () => { if (rows.get(args.key) === row) { row.root.remove(); rows.delete(args.key); } };
}
