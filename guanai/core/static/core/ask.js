// data-confirm="question" on a button (or hx-confirm) asks first; data-opens="id" opens a <dialog>.

/** @param {string} question @returns {Promise<boolean>} */
function ask(question) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  const acts = document.createElement("form");
  text.textContent = question;
  acts.method = "dialog";
  acts.className = "acts";
  for (const [value, className] of [["no", "button"], ["yes", "button primary"]]) {
    const button = document.createElement("button");
    button.value = value;
    button.className = className;
    button.textContent = document.body.dataset[value];
    acts.append(button);
  }
  dialog.append(text, acts);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("click", async (event) => {
  const opens = event.target.closest("[data-opens]");
  const dialog = opens && document.getElementById(opens.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  const asks = event.target.closest("[data-confirm]");
  if (!asks || asks.dataset.asked) return;
  event.preventDefault();
  event.stopPropagation();
  if (!(await ask(asks.dataset.confirm))) return;
  asks.dataset.asked = "yes";
  asks.click();
  delete asks.dataset.asked;
}, true);

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});
