// Keeps what is being written on a <form data-draft="…">: see helpdesk/web/drafts.py.

const PAUSE = 800;
const LEFT_OUT = "button, [type=hidden], [type=password], [type=file], [type=radio]:not(:checked), [type=checkbox]:not(:checked)";
const waiting = new Map(); // forms with something new on them, and what will save it

function written(form) {
  const fields = {};
  for (const field of form.elements) {
    if (!field.name || field.matches(LEFT_OUT)) continue;
    if (field.type === "checkbox") (fields[field.name] ??= []).push(field.value);
    else fields[field.name] = field.value;
  }
  return JSON.stringify(fields);
}

async function save(form) {
  const place = document.querySelector(`[data-draft-of="${CSS.escape(form.dataset.draft)}"]`);
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  const headers = { "Content-Type": "application/json", "X-CSRFToken": place.elements.csrfmiddlewaretoken.value };
  let isKept = false, said = place.dataset.lost;
  try {
    const answer = await fetch(place.action, { method: "POST", keepalive: true, headers, body: written(form) });
    ({ said } = await answer.json());
    isKept = answer.ok;
  } catch { /* signed out by a page, or not connected: what stands there says it */ }
  if (!isKept && !waiting.has(form)) waiting.set(form);
  const line = place.querySelector("[role=status]");
  line.textContent = said;
  line.classList.toggle("error", !isKept);
}

document.addEventListener("input", ({ target: { form } }) => {
  if (!form?.dataset.draft) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(save, PAUSE, form));
});

// What is sent, or thrown away, must not come back as a draft when the page goes.
document.addEventListener("submit", ({ target }) => {
  for (const [form, timer] of waiting) {
    if (form !== target && form.dataset.draft !== target.dataset.draftOf) continue;
    clearTimeout(timer);
    waiting.delete(form);
  }
});

const saveAll = () => [...waiting.keys()].forEach(save);
document.addEventListener("visibilitychange", () => document.hidden && saveAll());
addEventListener("pagehide", saveAll);
