// In the Photo tab: whether the largest face is read as the visitor taught theirs, and what is learned
// from a correction.
const mine = window.yuzug.person;
const part = (name) => element.querySelector(`[data-part=${name}]`);
const words = () => JSON.parse(element.querySelector("[data-words]").dataset.words);
const nameOf = (label) =>
  document.querySelector(`#yz-photo-reading [data-explain="${CSS.escape(label)}"] .name`)?.textContent
  ?? label;

const render = () => {
  if (!part("shows")) return;
  part("shows").hidden = !mine.read() || window.yuzug.photo() === null;
  for (const radio of element.querySelectorAll("[data-shows]"))
    radio.checked = radio.value === mine.photoShows;
};
const follow = () => {
  render();
  const now = mine.sent();
  if (now === mine.photoSent) return;
  mine.photoSent = now;
  if (window.yuzug.photo() !== null) trigger("shows", {});
};

addEventListener("yuzug-person", follow);
addEventListener("yuzug-learn", async ({ detail: { label, tab } }) => {
  if (tab !== "photo") return;
  const answer = await mine.teach({ label }, window.yuzug.crop()).catch(() => ({}));
  const learned = words().learned.replace("{looks}", nameOf(label));
  const refused = answer.refused?.[words().lang] ?? answer.refused ?? words().no_answer;
  part("message").textContent = answer.person ? learned : refused;
});
new MutationObserver(render).observe(document.querySelector("#yz-photo-picture"), {
  subtree: true, childList: true,
});
watch("value", render);
mine.photoSent = mine.sent();
render();
