// Tells every fifteen seconds that this ticket is before somebody's eyes, and shows who else's.
const box = document.querySelector("[data-here]");
const EVERY = 15_000;
let state = "", said = "", timer = 0;

const isWriting = () =>
  [...document.querySelectorAll(".reply textarea")].some((field) => field.value !== field.defaultValue);

async function tell() {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  timer = setTimeout(tell, EVERY);
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const body = new URLSearchParams({ state, said, is_writing: isWriting() ? "1" : "" });
  let answer;
  try {
    answer = await fetch(box.dataset.here, { method: "POST", headers, body });
  } catch {
    return; // the network: it tells again
  }
  // Logged out: what is being written is not torn away by a log-in nobody asked for.
  if (answer.redirected || !answer.ok) return;
  ({ state, said } = { state: answer.headers.get("Here-State"), said: answer.headers.get("Here-Said") });
  if (answer.status !== 204) box.innerHTML = await answer.text();
}

if (box) {
  document.addEventListener("visibilitychange", tell);
  let was = false;
  document.addEventListener("input", () => {
    if (isWriting() !== was) {
      was = !was;
      tell(); // at once: the other may be about to begin
    }
  });
  tell();
}
