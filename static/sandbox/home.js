// Shows only the systems whose name, protocol or summary has all the words that were typed.
(() => {
  const field = document.querySelector(".find");
  if (!field) return;
  field.hidden = false;
  const input = field.querySelector("input");
  const nothing = document.querySelector(".choose .empty");
  const groups = [...document.querySelectorAll(".group")];
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      for (const system of group.querySelectorAll(".system")) {
        const text = system.textContent.toLowerCase();
        system.hidden = !words.every((word) => text.includes(word));
        if (!system.hidden) here += 1;
      }
      group.hidden = here === 0;
      shown += here;
    }
    nothing.hidden = shown > 0;
    // What is launched is always among what is seen.
    const chosen = document.querySelector(".system input:checked");
    if (shown && chosen?.closest(".system").hidden) {
      document.querySelector(".group:not([hidden]) .system:not([hidden]) input").checked = true;
    }
  });
  // Enter finds; the button launches.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
})();
