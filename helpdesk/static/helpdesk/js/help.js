// ? lists the keys that work on this page, and the menu has a switch that turns the letters off.

const LETTERS = "letters";
const root = document.documentElement.dataset;
const dialog = document.getElementById("keys");
const setting = document.getElementById("letters");
const box = setting.querySelector("input");

const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;

/** What an element is called, without the key that is written on it. */
const label = (element) => {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, b, svg")) extra.remove();
  return (element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? copy.textContent).trim();
};

const line = ([key, name]) => {
  const row = Object.assign(document.createElement("li"), { className: "row", textContent: name });
  row.dataset.here = "";
  row.append(Object.assign(document.createElement("kbd"), { className: "push", textContent: key }));
  return row;
};

const list = () => {
  const here = new Map();
  const at = document.activeElement;
  for (const element of [...document.querySelectorAll("[data-key]")].filter(isSeen)) {
    const { within } = element.dataset;
    if (within && !at.closest(within)) continue; // see keys.js
    if (!here.has(element.dataset.key)) here.set(element.dataset.key, label(element));
  }
  here.delete("Ctrl+Enter"); // among those below
  for (const old of dialog.querySelectorAll("[data-here]")) old.remove();
  dialog.querySelector("ul").prepend(...[...here].map(line));
  for (const row of dialog.querySelectorAll("[data-where]")) row.hidden = !document.querySelector(row.dataset.where);
  dialog.querySelector("#letters-off").hidden = root.letters !== "off";
  document.getElementById("me").hidePopover();
  dialog.showModal();
};

try {
  root.letters = localStorage.getItem(LETTERS) ?? "on";
} catch {
  root.letters = "on"; // storage is closed to us: the letters stay until they are turned off here
}
box.checked = root.letters === "on";
setting.hidden = false;
setting.addEventListener("change", () => {
  root.letters = box.checked ? "on" : "off";
  localStorage.setItem(LETTERS, root.letters);
});
for (const button of document.querySelectorAll("[data-opens=keys]")) {
  button.hidden = false;
  button.addEventListener("click", list);
}
