// Choosing rows of a list: one with x, several with Shift, all on the page; and how many are.
const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable]";
let last = null;

const boxes = () => [...document.querySelectorAll("td.pick input")];

function tell() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const said = document.querySelector("[data-chosen]");
  const every = document.querySelector("[data-every]");
  if (said) said.textContent = chosen || "";
  if (!every) return;
  every.hidden = false;
  every.checked = chosen > 0 && chosen === all.length;
  every.indeterminate = chosen > 0 && chosen < all.length;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-every]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-every], td.pick input")) tell();
});

document.addEventListener("click", (event) => {
  if (!event.target.matches("td.pick input")) return;
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
  if (event.shiftKey && from >= 0) {
    for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
  }
  last = event.target;
});

document.addEventListener("keydown", (event) => {
  const at = document.activeElement;
  if (event.key !== "x" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.defaultPrevented || event.repeat || at.matches(FIELDS)) return;
  if (document.documentElement.dataset.letters === "off") return; // in one's menu, see help.js
  const box = at.closest("tr")?.querySelector("td.pick input");
  if (!box) return;
  event.preventDefault();
  box.click();
});

document.addEventListener("htmx:afterSettle", tell);
window.addEventListener("pageshow", tell); // also where "back" kept the page with its choices
tell();
