// Dark is the studio's first look, whatever the system says; light and system are chosen in
// Streamlit's menu. Streamlit keeps that choice by address, so a choice made on one page would be
// forgotten by the next: what was chosen last is kept under a name of ours and holds everywhere.
(() => {
  if (window.studioTheme) return;
  window.studioTheme = true;
  const OURS = "studio-theme";
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  const theirs = `stActiveTheme-${loaded.pathname}-v2`;
  const stored = () => JSON.parse(localStorage.getItem(theirs) ?? "null");

  const wanted = localStorage.getItem(OURS) ?? "Dark";
  const before = stored();
  if (before !== wanted) {
    localStorage.setItem(theirs, JSON.stringify(wanted));
    if (before === null || before === "System") show(wanted);
    else location.reload();
  }
  addEventListener("pagehide", () => {
    const chosen = stored();
    if (chosen !== null && chosen !== wanted) localStorage.setItem(OURS, chosen);
  });

  // Streamlit asks for the system's scheme anew after printing: it is answered once with ours.
  function show(scheme) {
    const asked = window.matchMedia;
    window.matchMedia = (query) =>
      query.includes("prefers-color-scheme: dark")
        ? { matches: scheme === "Dark" || (scheme === "System" && asked.call(window, query).matches) }
        : asked.call(window, query);
    dispatchEvent(new Event("afterprint"));
    window.matchMedia = asked;
  }
})();
