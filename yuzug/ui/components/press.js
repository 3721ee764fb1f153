// Buttons drawn as HTML: one event for each.
element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-press]");
  if (button) trigger("press", { name: button.dataset.press, example: button.dataset.example ?? "" });
});
