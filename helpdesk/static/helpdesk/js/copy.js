// The buttons that copy a field. Asked the old way: the newer one is for https alone.
for (const button of document.querySelectorAll("[data-copies]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    document.getElementById(button.dataset.copies).select();
    if (document.execCommand("copy")) button.textContent = button.dataset.done;
  });
}
