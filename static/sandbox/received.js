// Leaves the answer to the post, and the shop's frame if the cart was returned into it.
(() => {
  const next = document.querySelector("[data-next]");
  if (!next) return;
  let target = window;
  try {
    if (window.top !== window && window.top.location.origin === location.origin) target = window.top;
  } catch {
    // Framed by another site: stay in this frame.
  }
  target.location.replace(next.href);
})();
