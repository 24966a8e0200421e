// On a phone a row is read as an entry: each cell is given the word of its column (see ledger.css).
function name(root) {
  for (const table of root.querySelectorAll("table.ledger:not(.grid)")) {
    const words = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    for (const row of table.tBodies[0]?.rows ?? []) {
      [...row.cells].forEach((cell, at) => {
        if (words[at] && !("label" in cell.dataset) && cell.colSpan === 1) cell.dataset.label = words[at];
      });
    }
  }
}

name(document);
document.addEventListener("htmx:afterSettle", (event) => name(event.target.parentElement ?? document));
