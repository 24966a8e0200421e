// Keyboard, menus and small manners of every page. Nothing here is needed for reading or saving.
const field = () => document.querySelector("#search");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if ((event.ctrlKey || event.metaKey) && event.key === "k" || (event.key === "/" && !typing)) {
    if (field()) { event.preventDefault(); field().focus(); field().select(); }
  } else if (event.key === "Escape") {
    document.querySelectorAll("details.menu-holder[open]").forEach((menu) => menu.removeAttribute("open"));
    if (typing) event.target.blur();
  } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    rows(event);
  }
});

/** j and k walk through a list, Enter opens, x marks. */
function rows(event) {
  const list = [...document.querySelectorAll("table.ledger tbody tr[data-row]")];
  if (!list.length) return;
  const at = list.findIndex((row) => row.classList.contains("at"));
  if (event.key === "j" || event.key === "k") {
    const next = Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), list.length - 1);
    if (at >= 0) list[at].classList.remove("at");
    list[next].classList.add("at");
    list[next].scrollIntoView({ block: "nearest" });
    event.preventDefault();
  } else if (at >= 0 && event.key === "Enter") {
    list[at].querySelector("a[href]")?.click();
  } else if (at >= 0 && event.key === "x") {
    const box = list[at].querySelector("input[type=checkbox]");
    if (box) { box.checked = !box.checked; box.dispatchEvent(new Event("change", { bubbles: true })); }
  }
}

// A click elsewhere closes an open menu.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu-holder[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  });
  const print = event.target.closest("[data-print]");
  if (print) { event.preventDefault(); window.print(); }
  const ask = event.target.closest("[data-confirm]");
  if (ask && !window.confirm(ask.dataset.confirm)) event.preventDefault();
});

// A box that marks all others of its form.
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (all) {
    document.querySelectorAll(`input[name="${all.dataset.all}"]`).forEach((box) => { box.checked = all.checked; });
  }
  const sends = event.target.closest("[data-submit]");
  if (sends) sends.form.requestSubmit();
});

// An invalid form comes back with 422 and is shown in its place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422 || event.detail.xhr.status === 409) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Files may be dropped on their field.
document.querySelectorAll(".drop").forEach((zone) => {
  const input = zone.querySelector("input[type=file]");
  ["dragover", "dragleave", "drop"].forEach((name) => zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop") { input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); }
  }));
});
