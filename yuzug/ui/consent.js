// Tabs of one browser share the consent: given in another one it is given here, and taken back there,
// with what the browser keeps of this page, it is asked for here again.
const { key } = element.querySelector("[data-key]").dataset;
addEventListener("storage", (event) => {
  if (event.key !== key && event.key !== null) return;
  if (event.newValue === null) location.reload(); // a camera that runs goes off with it
  else trigger("given", {});
});
