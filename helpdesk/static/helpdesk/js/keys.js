// Keys: a letter clicks (or focuses) what carries it in data-key; j and k walk a list.

const isOff = () => document.documentElement.dataset.letters === "off"; // see help.js

const isText = (element) =>
  element.isContentEditable ||
  element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled;

/** Some keys are for those who are in a part of the page: data-within says in which. */
const isFor = ({ dataset }, where) => !dataset.within || where.closest(dataset.within);

/** What is in reach: of an open dialog no more than itself. */
const reach = () => document.querySelector("dialog:modal") ?? document;

/** The nearest wins: the row one is in, then the call's card, the page, the shell. */
const keyed = (key) => {
  if (key === "?" && reach() === document) return document.querySelector("[data-opens=keys]");
  const here = document.activeElement;
  const all = [...reach().querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  const found = all.filter((element) => isSeen(element) && isFor(element, here));
  const row = here.closest("tr, li, [data-row]");
  return (
    found.find((element) => row?.contains(element)) ??
    found.find((element) => element.closest("main, #calls")) ??
    found[0]
  );
};

const press = (element) => {
  element.focus(); // of what is out of sight this does nothing
  if (isText(element)) element.dispatchEvent(new CustomEvent("keyed", { bubbles: true }));
  else element.click();
};

const walk = (step) => {
  const links = [...reach().querySelectorAll("[data-list] .row-link")].filter(isSeen);
  const row = document.activeElement.closest("tr, li, [data-row]");
  const at = links.findIndex((link) => link === document.activeElement || row?.contains(link));
  const next = links[at < 0 ? 0 : Math.min(links.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
};

/** The form one is in; with the focus on the page or a panel, the only one that is open there. */
const formOf = (target) => {
  if (!target.matches("body, [tabindex='-1']")) return target.form ?? target.closest("form");
  const open = [...target.querySelectorAll("main form[data-draft], #do form")].filter(isSeen);
  return target.closest("form") ?? (open.length === 1 && open[0]);
};

const send = (form) => {
  const buttons = [...form.elements].filter((one) => one.type === "submit" && isSeen(one));
  const button = buttons.find((one) => one.dataset.key === "Ctrl+Enter") ?? buttons.find((one) => one.classList.contains("primary"));
  form.requestSubmit(button);
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey) {
    const form = key === "Enter" && formOf(target);
    if (form) (event.preventDefault(), send(form));
    return;
  }
  if (event.repeat && key !== "j" && key !== "k") return;
  if (key.length !== 1 || isText(target) || isOff()) return;
  const found = keyed(key);
  if (found) press(found);
  else if (!((key === "j" && walk(1)) || (key === "k" && walk(-1)))) return;
  event.preventDefault();
});
