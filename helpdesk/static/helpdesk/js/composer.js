// The composer: words survive a change of tabs, an @ offers colleagues, a menu closes when used.

const kept = new Map(); // the name of a draft: its fields
const AT = /(?:^|[\s(])@([\w.+-]{0,40})$/;
let asking = 0;

const written = () => document.querySelector("#write form[data-draft]");
const fields = (form) => [...form.querySelectorAll("textarea, input[type=number]")];

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = written();
  if (detail.target.id !== "write" || !form) return;
  kept.set(form.dataset.draft, new Map(fields(form).map(({ name, value }) => [name, value])));
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "do") document.querySelector("#more:popover-open")?.hidePopover();
  const form = written();
  const before = kept.get(form?.dataset.draft);
  if (detail.target.id !== "write" || !before) return;
  kept.delete(form.dataset.draft);
  for (const field of fields(form)) {
    if (!before.get(field.name) || field.value === before.get(field.name)) continue;
    field.value = before.get(field.name);
    field.dispatchEvent(new Event("input", { bubbles: true })); // so that the draft is kept, too
  }
});

function offer(field) {
  const list = document.querySelector(field.dataset.mentions);
  const at = AT.exec(field.value.slice(0, field.selectionStart))?.[1];
  if (at === undefined) return list.replaceChildren();
  const url = `${list.dataset.url}?at=${encodeURIComponent(at)}`;
  htmx.ajax("GET", url, { target: list, swap: "innerHTML" });
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("textarea[data-mentions]")) return;
  clearTimeout(asking);
  asking = setTimeout(offer, 150, target);
});

document.addEventListener("keydown", (event) => {
  const list = event.key === "Enter" && event.target.dataset?.mentions;
  const first = list && document.querySelector(`${list} [data-mention]`);
  if (!first || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  first.click();
});

document.addEventListener("click", ({ target }) => {
  const name = target.closest("[data-mention]")?.dataset.mention;
  const field = name && document.querySelector("textarea[data-mentions]");
  if (!field) return;
  const end = field.selectionStart;
  const begin = field.value.lastIndexOf("@", end - 1);
  field.setRangeText(`@${name} `, begin, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
