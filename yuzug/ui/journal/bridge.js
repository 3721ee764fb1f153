// Between the page and the journal in the browser: what the server notes is written, and every
// change, also one of another tab, is told to the server, which draws it.
let done = 0;  // the number of the last note that was written
let lang = null;
const journal = window.yuzug.journal;
const tell = (more = {}) => trigger("changed", { journal: journal.told(), done, ...more });

new MutationObserver(() => {
  const told = element.querySelector("[data-notes]")?.dataset.notes;
  const notes = JSON.parse(told || "[]").filter((note) => note.number > done);
  if (!notes.length) return;
  done = notes.at(-1).number;
  journal.apply(notes);
  tell();
}).observe(element, { subtree: true, childList: true, attributeFilter: ["data-notes"] });

addEventListener("storage", (event) => {
  if (event.key === journal.key || event.key === null) tell();
});
addEventListener("yuzug-journal", (event) => tell(event.detail));

new MutationObserver(() => {
  const told = document.documentElement.lang;
  if (lang !== null && lang !== told) tell();
  lang = told;
}).observe(document.documentElement, { attributeFilter: ["lang"] });
