// Keys of the clips page: each presses the button that stands on the page for it, so that a key
// can do nothing that a click cannot. Written text, dialogs and lists keep their keys.
const BUTTONS = {
  "[": ".st-key-clip_before button", "]": ".st-key-clip_after button",
  a: ".st-key-clip_pick button", r: ".st-key-clip_again button", "?": ".st-key-clips_keys_list button",
};
const STARS = '.st-key-clip_stars button, .st-key-clip_stars [role="radio"]';
const WRITTEN = 'input, textarea, select, [contenteditable="true"], [role="dialog"], [role="listbox"]';
const PRESSED = 'button, a, video, [role="radio"], [data-testid="stDataFrame"]';

function playing() {
  const film = document.querySelector(".st-key-clip_card video");
  if (!film) return false;
  // A pause before the first frame ends the promise of playing: that is what was asked for.
  if (film.paused) film.play().catch(() => {}); else film.pause();
  return true;
}

function rated(key) {
  const star = document.querySelectorAll(STARS)[Number(key) - 1];
  star?.click();
  return Boolean(star);
}

function pressed(key) {
  if (key === " ") return playing();
  if (key >= "1" && key <= "5") return rated(key);
  const button = document.querySelector(BUTTONS[key] ?? "#none");
  if (!button || button.disabled) return Boolean(button);
  button.click();
  return true;
}

function onKey(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = event.target;
  if (at.closest?.(WRITTEN) || (key === " " && at.closest?.(PRESSED))) return;
  if (!(key === " " || key in BUTTONS || (key >= "1" && key <= "5")) || !pressed(key)) return;
  // Streamlit has hotkeys of its own on the same letters.
  event.preventDefault();
  event.stopPropagation();
}

export default function () {
  window.studioClips?.abort();
  const own = window.studioClips = new AbortController();
  window.addEventListener("keydown", onKey, { capture: true, signal: own.signal });
  return () => own.abort();
}
