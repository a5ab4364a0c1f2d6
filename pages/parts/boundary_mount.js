// What travels with every edit: it hands over to the editor, which was sent once beforehand.
window.studioCuts ??= { early: [], calls: new Map() };

export default function (args) {
  const cuts = window.studioCuts, { key } = args;
  // A cleanup may arrive late, after a newer call for the same place: only the newest counts.
  const call = (cuts.calls.get(key) ?? 0) + 1;
  cuts.calls.set(key, call);
  if (cuts.mount) cuts.mount(args);
  else cuts.early = [...cuts.early.filter((other) => other.key !== key), args];
  return () => {
    if (cuts.calls.get(key) !== call) return;
    cuts.early = cuts.early.filter((other) => other.key !== key);
    cuts.unmount?.(key);
  };
}
