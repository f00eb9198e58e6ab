/* The mapping page: rows come and go without a reload, results follow what is typed, names complete.
   Without this script every button is a request, and all of it works the same. */
"use strict";
(() => {
  const form = document.getElementById("mapping");
  const table = form.querySelector("table.mapping");
  const names = JSON.parse(document.getElementById("mapping-names").textContent);
  const WAIT = 250;
  const MOST_SHOWN = 12;
  let timer = 0;
  let request = null;

  /* -- results follow what is typed ---------------------------------------------------------------------- */

  function tryOut() {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      if (request) request.abort();
      request = new AbortController();
      try {
        const answer = await fetch(form.dataset.try, { method: "POST", body: new FormData(form), signal: request.signal });
        if (answer.ok) show(await answer.json());
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
    }, WAIT);
  }

  function paragraph(kind, text) {
    const element = document.createElement(kind === "output" ? "output" : "p");
    if (kind !== "output") element.className = kind;
    element.textContent = text;
    return element;
  }

  function show(tried) {
    const rows = [...form.querySelectorAll(".mapping-row")];
    rows.forEach((row, index) => {
      const found = tried.rows[index];
      const cell = row.querySelector(".mapping-result");
      const shown = [];
      if (found && found.error) shown.push(paragraph("errors", found.error));
      if (found) found.results.forEach((text) => shown.push(paragraph("output", text || "—")));
      if (found && found.note) shown.push(paragraph("help", found.note));
      cell.replaceChildren(...shown);
      row.classList.toggle("wrong", Boolean(found && found.error));
      row.querySelector(".mapping-label").textContent = found ? found.label : "";
    });
    for (const [name, error] of Object.entries(tried.tables)) {
      document.getElementById(`error-${name}`).textContent = error;
    }
    put(); // what came above the field has moved it
  }

  form.addEventListener("input", tryOut);

  /* -- rows come and go ---------------------------------------------------------------------------------- */

  function emptied(row) {
    const fresh = row.cloneNode(true);
    fresh.classList.remove("wrong");
    fresh.querySelectorAll("input[name=field], textarea").forEach((field) => {
      field.value = "";
      field.textContent = "";
      for (const name of ["aria-expanded", "aria-activedescendant"]) field.removeAttribute(name);
    });
    fresh.querySelector(".mapping-result").replaceChildren();
    fresh.querySelector(".mapping-label").textContent = "";
    return fresh;
  }

  if (table) {
    form.querySelectorAll(".add-row").forEach((button) => button.addEventListener("click", (event) => {
      event.preventDefault();
      const group = button.closest("tbody") || table.tBodies[0];
      const rows = group.querySelectorAll(".mapping-row");
      const last = rows[rows.length - 1];
      const fresh = emptied(last);
      last.after(fresh);
      fresh.querySelector("input").focus();
    }));
    table.addEventListener("click", (event) => {
      const button = event.target.closest(".remove-row");
      if (!button) return;
      event.preventDefault();
      const row = button.closest("tr");
      const next = [row.nextElementSibling, row.previousElementSibling].find((one) => one && one.matches(".mapping-row"));
      if (next) {
        row.remove();
        next.querySelector("input").focus();
      } else {
        row.replaceWith(emptied(row));
      }
      tryOut();
    });
  }

  /* -- names complete ------------------------------------------------------------------------------------ */

  const list = document.createElement("ul");
  list.id = "mapping-completions";
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  document.body.append(list);
  let field = null;
  let start = 0;
  let chosen = 0;

  /* The name that is being typed: behind {{, or anywhere inside {% if … %}. */
  function partOf(target) {
    const before = target.value.slice(0, target.selectionStart);
    const open = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
    if (open < 0 || Math.max(before.lastIndexOf("}}"), before.lastIndexOf("%}")) > open) return null;
    const part = /[\w.]*$/.exec(before)[0];
    if (before.slice(open, open + 2) === "{{" && before.slice(open + 2).trim() !== part) return null;
    return { part, start: before.length - part.length };
  }

  function close() {
    list.hidden = true;
    if (field) {
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
  }

  function choose(index) {
    const options = [...list.children];
    if (!options.length) return;
    chosen = (index + options.length) % options.length;
    options.forEach((option, number) => option.setAttribute("aria-selected", String(number === chosen)));
    options[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[chosen].id);
  }

  function take() {
    const name = list.children[chosen].dataset.name;
    const rest = field.value.slice(field.selectionStart).replace(/^[\w.]*/, "");
    const inValue = field.value.lastIndexOf("{{", start) > field.value.lastIndexOf("{%", start);
    const closing = inValue && !/^\s*[|}]/.test(rest) ? " }}" : "";
    const lead = inValue && /\{\{$/.test(field.value.slice(0, start)) ? " " : "";
    field.value = field.value.slice(0, start) + lead + name + closing + rest;
    const caret = start + lead.length + name.length + closing.length;
    field.setSelectionRange(caret, caret);
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  /* Below the field, and within the window where it is narrow. */
  function put() {
    if (list.hidden) return;
    const place = field.getBoundingClientRect();
    list.style.setProperty("min-width", `${Math.min(place.width, 480)}px`);
    const left = Math.min(place.left, document.documentElement.clientWidth - list.offsetWidth - 8);
    list.style.setProperty("left", `${Math.max(left, 8) + window.scrollX}px`);
    list.style.setProperty("top", `${place.bottom + window.scrollY}px`);
  }

  function complete(target) {
    const found = partOf(target);
    const wanted = found ? found.part.toLowerCase() : "";
    /* Only what a field of this place may speak of. */
    const roots = target.closest("tbody").dataset.roots.split(" ");
    const fitting = found
      ? names.filter(({ name, meaning }) => roots.includes(name.split(".")[0])
        && `${name} ${meaning}`.toLowerCase().includes(wanted) && name !== found.part)
      : [];
    fitting.sort((one, other) => other.name.startsWith(wanted) - one.name.startsWith(wanted));
    if (!fitting.length) return close();
    field = target;
    start = found.start;
    list.replaceChildren(...fitting.slice(0, MOST_SHOWN).map(({ name, meaning }, index) => {
      const option = document.createElement("li");
      option.id = `mapping-completion-${index}`;
      option.setAttribute("role", "option");
      option.dataset.name = name;
      const code = document.createElement("code");
      code.textContent = name;
      const words = document.createElement("span");
      words.textContent = meaning;
      option.append(code, words);
      return option;
    }));
    list.hidden = false;
    put();
    target.setAttribute("role", "combobox");
    target.setAttribute("aria-controls", list.id);
    target.setAttribute("aria-autocomplete", "list");
    target.setAttribute("aria-expanded", "true");
    choose(0);
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "expression") complete(event.target);
  });
  form.addEventListener("focusout", close);
  window.addEventListener("resize", put);
  form.addEventListener("keydown", (event) => {
    if (event.target.name !== "expression") return;
    if (list.hidden) {
      if (event.key === " " && event.ctrlKey) {
        event.preventDefault();
        complete(event.target);
      }
      return;
    }
    const moves = { ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Enter: take, Tab: take, Escape: close };
    if (moves[event.key]) {
      event.preventDefault();
      moves[event.key]();
    }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) {
      chosen = [...list.children].indexOf(option);
      take();
    }
  });
})();
