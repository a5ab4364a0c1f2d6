// Streamlit draws the player after this runs, or before: look until it is there.
(() => {
  const until = Date.now() + 10_000;
  const hang = () => {
    const video = document.querySelector(".st-key-player video");
    if (video) video.poster = "PICTURE";
    else if (Date.now() < until) requestAnimationFrame(hang);
  };
  hang();
})();
