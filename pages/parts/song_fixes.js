// A row of buttons that loses no click: Streamlit melts two quick clicks on one of its own buttons
// into one. Each message holds every click that was not yet answered for, so any of them may be lost.
const rows = new Map();

class Row {
  constructor(parent) {
    this.waiting = [];
    this.root = Object.assign(document.createElement("div"), { className: "fixes" });
    this.root.addEventListener("click", (event) => this.clicked(event.target.closest("button")));
    parent.append(this.root);
  }

  update(args) {
    this.args = args;
    this.waiting = this.waiting.filter(([number]) => number > args.data.ack);
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
    const last = this.waiting.at(-1)?.[0] ?? this.args.data.ack;
    this.waiting.push([Math.max(Date.now(), last + 1), button.dataset.name]);
    this.args.setTriggerValue("asked", this.waiting);
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
