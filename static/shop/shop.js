// What the pages do better with a script. Everything works without it.
"use strict";

document.documentElement.classList.add("scripted");

// Filters are a fold on a phone and always open beside a list; older browsers need to be told.
function openFilters() {
  if (CSS.supports("selector(::details-content)")) return;
  if (!window.matchMedia("(min-width: 761px)").matches) return;
  document.querySelectorAll(".filters-fold").forEach((fold) => { fold.open = true; });
}
openFilters();

// On a phone the fold stays as it was when the list below it is replaced.
let filtersWereOpen = false;
document.body.addEventListener("htmx:beforeSwap", () => {
  const fold = document.querySelector(".filters-fold");
  filtersWereOpen = Boolean(fold && fold.open);
});
document.body.addEventListener("htmx:afterSwap", () => {
  const fold = document.querySelector(".filters-fold");
  if (fold && filtersWereOpen) fold.open = true;
  openFilters();
});

// A quantity that is being typed is not replaced; its own change brings the cart up to date.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const field = document.activeElement;
  if (event.detail.target.id !== "cart" || !field.matches("#cart .quantity-field")) return;
  if (field.value !== field.defaultValue && field.value !== event.detail.requestConfig.formData.get(field.name)) {
    event.detail.shouldSwap = false;
  }
});

// The search box as a combobox: arrows walk through the suggestions, Enter opens one, Escape closes them.
(function suggest() {
  const field = document.getElementById("q");
  const list = document.getElementById("suggestions");
  if (!field || !list) return;
  let current = -1;

  const options = () => Array.from(list.querySelectorAll("[role=option]"));

  function mark(index) {
    const all = options();
    current = all.length ? (index + all.length + 1) % (all.length + 1) : -1;
    if (current === all.length) current = -1;
    all.forEach((option, position) => option.setAttribute("aria-selected", String(position === current)));
    if (current >= 0) field.setAttribute("aria-activedescendant", all[current].id);
    else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  list.addEventListener("htmx:afterSwap", () => {
    field.setAttribute("aria-expanded", String(options().length > 0));
    mark(-1);
  });
  field.addEventListener("keydown", (event) => {
    const all = options();
    if (!all.length) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(current + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(current < 0 ? all.length - 1 : current - 1); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (event.key === "Enter" && current >= 0) { event.preventDefault(); all[current].click(); }
  });
})();

// A failed request must not look as if nothing happened; a change is never repeated on its own.
["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach((name) => {
  document.body.addEventListener(name, (event) => {
    const form = event.target.closest("form");
    if (!form || form.classList.contains("search")) return;
    if (form.method === "get") { form.submit(); return; }
    const said = document.createElement("p");
    said.className = "field-error";
    said.setAttribute("role", "alert");
    said.textContent = document.body.dataset.failed;
    form.querySelectorAll(":scope > .field-error").forEach((old) => old.remove());
    form.append(said);
  });
});
