// Opens the catalog in its frame, and looks whether the cart has come back from another window.
(() => {
  // SAP GUI's browser catches a form that posts to its event; the frame may not leave with it.
  const caught = document.querySelector("iframe[data-catch]");
  caught?.addEventListener("load", () => {
    let sent = null;
    try {
      sent = caught.contentDocument.querySelector('form[action^="SAPEVENT:" i]');
    } catch {
      return; // a catalog of another origin keeps its forms to itself
    }
    if (!sent) return;
    const copy = document.createElement("form");
    copy.method = "post";
    copy.action = caught.dataset.catch;
    copy.acceptCharset = sent.acceptCharset;
    for (const field of sent.querySelectorAll("input[type=hidden]")) copy.append(document.importNode(field));
    copy.hidden = true;
    document.body.append(copy);
    HTMLFormElement.prototype.submit.call(copy);
  });
  const form = document.querySelector("form[data-submit]");
  if (form) {
    form.hidden = true;
    form.submit();
  }
  const waiting = document.querySelector("[data-poll]");
  if (!waiting) return;
  const look = async () => {
    try {
      const answer = await fetch(waiting.dataset.poll, { headers: { Accept: "application/json" } });
      if (answer.ok && (await answer.json()).received > 0) {
        location.reload();
        return;
      }
    } catch {
      // The next look may succeed.
    }
    setTimeout(look, 2500);
  };
  setTimeout(look, 2500);
})();
