// Ctrl+K: one field that finds pages, tickets and customers, and does what this page offers.

const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const commands = document.getElementById("commands");
const found = document.getElementById("found");
const said = document.getElementById("found-said");
let answered = null; // what was asked for when the results on the screen came

const options = () => [...dialog.querySelectorAll("[role=option]")];
const current = () => dialog.querySelector("[role=option][aria-selected=true]");
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

const choose = (option) => {
  for (const one of options()) one.ariaSelected = String(one === option);
  option?.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option?.id ?? "");
};

const name = (element) => {
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll("kbd, b, svg")) extra.remove();
  return (element.getAttribute("aria-label") ?? copy.textContent).trim();
};

/** Offer what carries a key on the page itself, where its name has all the words typed. */
const offer = () => {
  for (const old of commands.querySelectorAll(".option")) old.remove();
  const words = plain(field.value).split(/\s+/);
  const seen = [...document.querySelectorAll("main [data-key], #calls [data-key]")].filter((one) => one.checkVisibility());
  seen.forEach((element, index) => {
    const label = name(element);
    if (!label || !words.every((word) => plain(label).includes(word))) return;
    const option = Object.assign(document.createElement("div"), { id: `do-${index}`, className: "option", textContent: label });
    Object.assign(option, { role: "option", ariaSelected: "false" });
    option.append(Object.assign(document.createElement("kbd"), { textContent: element.dataset.key }));
    option.addEventListener("click", () => {
      dialog.close();
      element.focus();
      if (!element.matches("input, textarea, select")) element.click();
    });
    commands.append(option);
  });
  commands.hidden = !commands.querySelector(".option");
};

const settle = () => {
  offer();
  choose(options()[0]);
  said.textContent = `${options().length} ${dialog.dataset.said}`;
};

const open = (text = "") => {
  if (document.querySelector("dialog:modal")) return;
  field.value = text;
  dialog.showModal();
  field.select();
  settle();
  htmx.trigger(field, "open");
};

found.addEventListener("htmx:beforeSwap", () => {
  answered = field.value;
});
found.addEventListener("htmx:afterSwap", settle);
field.addEventListener("input", offer);

field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = options();
  const at = all.indexOf(current());
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) choose(all[(at + step + all.length) % all.length]);
  // Typed faster than answered: the form goes to the page, which answers what was typed.
  else if (event.key === "Enter" && current() && answered === field.value) current().click();
  else return;
  event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else open();
});

// The field on top leads here, unless one tabs into it: then it is a plain search.
const above = document.querySelector(".top .find-text");
for (const way of ["click", "keyed"]) above.addEventListener(way, () => open(above.value));

dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});
