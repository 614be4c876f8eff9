// What waits and who rings, asked for every five seconds while somebody looks.

const EVERY = 5000;
const SLOWEST = 60000;
const { url } = document.querySelector(".live").dataset;
const announce = document.getElementById("announce");
const away = document.getElementById("live-away");
const out = document.getElementById("live-out");
const known = new Map(); // each card as the server last sent it
let etag = "";
let failures = 0;
let timer = 0;
let isAsking = false;

/** Say once that a call is here, whatever pages it is seen on in this tab. */
const tell = (card) => {
  const said = (sessionStorage.getItem("announced") ?? "").split(" ");
  if (!card.ariaLabel || said.includes(card.id)) return;
  sessionStorage.setItem("announced", [...said.slice(-50), card.id].join(" "));
  announce.textContent = card.ariaLabel;
};

const controls = (card) => [...card.querySelectorAll("a, button")];
const isHeld = (card) => card.contains(document.activeElement);

/** Put the fresh cards in place; one that is the same, or about to be pressed, is left alone. */
const showCards = (fresh) => {
  const place = document.getElementById("calls");
  if (!place || !fresh) return;
  const cards = [...fresh.children].map((card) => {
    const old = document.getElementById(card.id);
    const source = card.outerHTML;
    if (old && (known.get(card.id) === source || (isHeld(old) && old.dataset.state === card.dataset.state))) return old;
    known.set(card.id, source);
    tell(card);
    return card;
  });
  if (cards.length === place.children.length && cards.every((card, index) => card === place.children[index])) return;
  const held = [...place.children].find(isHeld);
  const index = held ? controls(held).indexOf(document.activeElement) : -1;
  place.replaceChildren(...cards);
  if (held) controls(document.getElementById(held.id) ?? place)[index]?.focus({ preventScroll: true });
};

const show = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  const waits = document.getElementById("waits");
  const fresh = page.getElementById("waits");
  if (waits && fresh && waits.outerHTML !== fresh.outerHTML && !waits.contains(document.activeElement)) waits.replaceWith(fresh);
  showCards(page.getElementById("calls"));
};

/** Logged in again in another tab: what is typed here can be sent with the new token. */
const renew = (token) => {
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
};

const ask = async () => {
  const answer = await fetch(url, { headers: etag ? { "If-None-Match": etag } : {}, redirect: "manual", cache: "no-store" });
  if (answer.type === "opaqueredirect") return false;
  if (answer.status !== 200 && answer.status !== 304) throw new Error(answer.status);
  if (answer.status === 200) {
    show(await answer.text());
    etag = answer.headers.get("ETag") ?? "";
    if (!out.hidden) renew(answer.headers.get("X-CSRFToken"));
  }
  return true;
};

const look = async () => {
  clearTimeout(timer);
  if (isAsking || document.visibilityState !== "visible") return;
  isAsking = true;
  try {
    const isIn = await ask();
    failures = 0;
    out.hidden = isIn;
    if (!isIn) etag = ""; // so that the next answer is a whole one, with a token
  } catch {
    failures += 1;
  }
  isAsking = false;
  away.hidden = failures < 2;
  // Logged out, nothing is asked until somebody comes back to this tab.
  if (out.hidden) timer = setTimeout(look, Math.min(SLOWEST, EVERY * 2 ** failures));
};

for (const card of document.querySelectorAll("#calls > [id]")) {
  known.set(card.id, card.outerHTML);
  tell(card);
}
document.addEventListener("visibilitychange", look);
window.addEventListener("online", look);
timer = setTimeout(look, EVERY);
