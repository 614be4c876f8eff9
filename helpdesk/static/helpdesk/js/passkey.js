// Bind the buttons of passkeys to allauth's forms, and say when one did not work.
for (const form of document.querySelectorAll("[data-passkey]")) {
  window.allauth.webauthn.forms[form.dataset.passkey]({ ids: JSON.parse(form.dataset.ids) });
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const failed = document.getElementById("passkey-failed");
  failed.hidden = true;
  requestAnimationFrame(() => { failed.hidden = false; });
});
