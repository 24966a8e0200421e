// A page that stood open longer than a session lasts asks before it sends what was typed: nothing is
// lost when somebody has to sign in anew, for the page stays and the sign-in opens beside it.
const idle = Number(document.body.dataset.idle) * 1000;
let heard = Date.now();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!idle || form.method !== "post" || Date.now() - heard < idle) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const answer = await fetch(document.body.dataset.token, { redirect: "manual" }).catch(() => null);
  if (answer && !answer.ok) {
    document.getElementById("signed-out").showModal();
    return;
  }
  if (answer) {
    const token = await answer.text();
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }
  heard = Date.now();
  form.requestSubmit(event.submitter);
}, true);
