// Ctrl+K or / searches, Esc closes; in a register j and k walk, Enter opens, x marks.
const TYPING = "input, textarea, select, [contenteditable]";

function search(event) {
  const field = document.querySelector("#search");
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
}

function leave(event) {
  for (const menu of document.querySelectorAll("details.menu-holder[open]")) {
    menu.removeAttribute("open");
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
  if (event.target.id === "search") event.target.blur();
}

function walk(event) {
  const rows = [...document.querySelectorAll("table.ledger tbody tr:has(a[href])")];
  const at = rows.findIndex((row) => row.classList.contains("at"));
  if (event.key === "j" || event.key === "k") {
    const next = rows[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1)];
    rows[at]?.classList.remove("at");
    next?.classList.add("at");
    next?.querySelector("a[href]").focus();
  } else if (event.key === "x") {
    rows[at]?.querySelector("input[type=checkbox]")?.click();
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches(TYPING);
  const chord = event.ctrlKey || event.metaKey;
  if ((chord && event.key === "k") || (event.key === "/" && !typing)) search(event);
  else if (event.key === "Escape") leave(event);
  else if (!typing && !chord && !event.altKey) walk(event);
});
