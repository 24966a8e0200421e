// Manners of every page. Nothing here is needed for signing in, reading or saving.
import "./ask.js";
import "./keyboard.js";
import "./passkeys.js";
import "./signed-out.js";
import "./tables.js";

// A click elsewhere closes an open menu.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu-holder[open]")) {
    if (!menu.contains(event.target) && !event.target.closest("dialog")) menu.removeAttribute("open");
  }
  if (event.target.closest("[data-print]")) {
    event.preventDefault();
    window.print();
  }
});

document.addEventListener("change", (event) => {
  // data-all="name": a box that marks all boxes of that name.
  const all = event.target.closest("[data-all]");
  if (all) {
    for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = all.checked;
  }
  // data-submit: a field whose choice sends its form.
  event.target.closest("[data-submit]")?.form.requestSubmit();
});

// An invalid form comes back with 422, somebody else's change with 409: both are shown in place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// Files may be dropped on their field.
for (const zone of document.querySelectorAll(".drop")) {
  const input = zone.querySelector("input[type=file]");
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name !== "drop" || !input) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

// What is folded on a phone stands open on a desk (and where there is no script).
if (matchMedia("(max-width: 760px)").matches) {
  for (const fold of document.querySelectorAll("details.fold[open]")) fold.removeAttribute("open");
}
