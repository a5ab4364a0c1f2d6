// The sound of the boundary editor: it drives the page's own <audio>, wherever Streamlit put it.

const CHASE_MS = 250;
const LEAD_S = 1;
const GRAIN_MS = 140;
const FASTEST = 4;
let volume = 1;

export class Sound {
  /** `moved(time, playing)` is called on every frame while playing, and after every seek. */
  constructor(selector, moved) {
    this.selector = selector;
    this.moved = moved;
    this.time = 0;
    this.loop = null;
    this.until = null;
    this.back = 0;
    this.heard = () => this.follow();
    this.chase = setInterval(() => this.find(), CHASE_MS);
  }

  /** The element of now: a rerun may have replaced it. */
  find() {
    const found = document.querySelector(this.selector);
    if (found !== this.element) {
      this.listen("removeEventListener");
      this.element = found;
      this.listen("addEventListener");
      if (found) found.volume = volume;
      if (found && this.time > 0) found.currentTime = this.time;
    }
    return found;
  }

  listen(verb) {
    for (const name of ["play", "pause", "seeked", "timeupdate"]) this.element?.[verb](name, this.heard);
  }

  get volume() { return volume; }

  set volume(level) { volume = level; if (this.element) this.element.volume = level; }

  get playing() { return Boolean(this.element && !this.element.paused) || this.back > 0; }

  follow() {
    if (this.element && !this.back) this.time = this.element.currentTime;
    this.moved(this.time, this.playing);
    if (this.playing && !this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  tick(now) {
    this.frame = null;
    if (this.back) this.rewind(now);
    const time = this.back ? this.time : this.element?.currentTime ?? this.time;
    if (this.loop && (time >= this.loop[1] || time < this.loop[0] - 0.25)) this.jump(this.loop[0]);
    if (this.until !== null && time >= this.until) { this.until = null; this.element.pause(); }
    this.follow();
  }

  /** The playhead walks back evenly; what it passes is heard in short grains, as on a reel. */
  rewind(now) {
    const passed = Math.min(0.1, (now - (this.since ?? now)) / 1000);
    this.since = now;
    this.time = Math.max(0, this.time - passed * this.back);
    if (!(now - this.grain < GRAIN_MS)) { this.grain = now; this.sample(); }
    if (this.time === 0) this.stop();
  }

  sample() {
    if (!this.element) return;
    this.element.currentTime = this.time;
    this.element.playbackRate = 1;
    this.element.play().catch(() => {});
  }

  jump(time) {
    this.time = Math.max(0, time);
    if (this.element) this.element.currentTime = this.time;
  }

  seek(time) { this.until = null; this.jump(time); this.follow(); }

  async start(rate = 1) {
    if (!this.find()) return false;
    this.ahead();
    this.element.playbackRate = rate;
    try { await this.element.play(); } catch { return false; }
    this.follow();
    return true;
  }

  /** No longer backward: the sound stands where the playhead is. */
  ahead() {
    if (this.back) { this.back = 0; this.jump(this.time); }
  }

  stop() { this.ahead(); this.until = null; this.element?.pause(); this.follow(); }

  toggle() { if (this.playing) { this.stop(); return Promise.resolve(true); } return this.start(); }

  across(time) {
    this.loop = null;
    this.jump(time - LEAD_S);
    this.until = time + LEAD_S;
    return this.start();
  }

  /** L: forward, then twice and four times as fast. */
  faster() {
    const rate = this.playing && !this.back ? Math.min(FASTEST, this.element.playbackRate * 2) : 1;
    return this.start(rate);
  }

  /** J: backward, then twice and four times as fast. */
  backward() {
    this.find();
    this.loop = this.until = null;
    this.back = this.back ? Math.min(FASTEST, this.back * 2) : 1;
    this.since = this.grain = undefined;
    this.follow();
  }

  close() {
    clearInterval(this.chase);
    cancelAnimationFrame(this.frame);
    this.listen("removeEventListener");
  }
}
