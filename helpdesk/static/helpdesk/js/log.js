// Hands on the keyboard while a call is logged: what keys.js does not know of this page.

const form = document.getElementById("log");
const { q: number, said } = form.elements;
let goesOn = false; // Enter was pressed before the answer was there

const chosen = () => form.querySelector("[name=about]:checked");
// As the server writes down what it has looked up: on one line.
const isLookedUp = () => number.value.trim().replace(/\s+/g, " ") === form.elements.looked_up.value;

function choose() {
  const radio = chosen() ?? form.querySelector("[name=about]");
  radio.focus();
  if (!radio.checked) radio.click();
}

function goOn(isThere = isLookedUp()) {
  goesOn = !isThere;
  if (goesOn) htmx.trigger(number.parentElement, "look-up");
  else if (!chosen()) choose();
  else (chosen().value === "new" ? form.elements.new_name : said).focus();
}

function walk({ key, target, shiftKey }) {
  const isTyped = target === number && number.value.trim();
  if (isTyped && (key === "Enter" || (key === "Tab" && !shiftKey && isLookedUp() && chosen()))) goOn();
  else if (target === number && key === "ArrowDown") isLookedUp() ? choose() : goOn();
  else if (target.name === "about" && key === "Enter") goOn();
  else return false;
  return true;
}

// In the capture phase: whoever listens further in must not send it once more.
document.addEventListener("keydown", (event) => {
  const { target } = event; // a click beside the fields puts the focus on the page
  const isOurs = target.matches("body, main") || target.form === form || form.contains(target);
  if (!isOurs || event.isComposing || event.altKey) return;
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (sends && !event.repeat) form.requestSubmit(form.elements[event.shiftKey ? "next" : "save"]);
  if (sends || (!event.ctrlKey && !event.metaKey && walk(event))) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);

document.body.addEventListener("looked-up", () => goesOn && goOn(true));

// Signed out meanwhile: what is typed must not go with the page. drafts.js says that it is not saved.
document.body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
});

form.elements.look_up.classList.add("unseen"); // it is looked up while they type
said.setSelectionRange(said.value.length, said.value.length); // a draft goes on at its end
const isWide = matchMedia("(width >= 48rem)").matches;
for (const hint of form.querySelectorAll(".keys")) hint.hidden = !isWide;
if (!isWide) document.querySelector("#facts details")?.removeAttribute("open");
