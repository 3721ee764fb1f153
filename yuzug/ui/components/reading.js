// A face is picked by its chip or by its frame: mark it at once, then tell the server. A bar asks
// for the evidence of its expression.
const panels = element.closest(".yz-panels");

element.addEventListener("click", (event) => {
  const bar = event.target.closest("[data-explain]");
  if (bar) return trigger("explain", { label: bar.dataset.explain });
  const chip = event.target.closest("[data-pick]");
  if (!chip) return;
  for (const drawn of panels.querySelectorAll("[data-face]"))
    drawn.classList.toggle("chosen", drawn.dataset.face === chip.dataset.pick);
  trigger("pick", { index: chip.dataset.pick, track: chip.dataset.track });
});

panels.addEventListener("click", (event) => {
  const frame = event.target.closest("svg [data-face]");
  if (frame) element.querySelector(`[data-pick="${frame.dataset.face}"]`)?.click();
});
