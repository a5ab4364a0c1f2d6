// A player that has sought shows that frame and no poster, and Streamlit seeks to the start of every
// film. Loading it once more behind that seek leaves the poster up until the film is played.
(() => {
  const picture = "PICTURE";
  const until = Date.now() + 10_000;
  const behind = (event) => event.stopImmediatePropagation();
  const hang = () => {
    const video = document.querySelector(".st-key-player video");
    if (!video) return Date.now() < until && requestAnimationFrame(hang);
    if (video.poster === picture) return;
    video.poster = picture;
    video.addEventListener("loadedmetadata", behind, { capture: true, once: true });
    video.load();
  };
  hang();
})();
