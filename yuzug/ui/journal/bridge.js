// Between the page and the journal in the browser: what the server notes is written, and every
// change, also one of another tab, is sent to the server, which draws it.
let done = 0;  // the number of the last note that was written
let lang = null;
const journal = window.yuzug.journal;
const tell = (more = {}) => trigger("changed", { journal: journal.withoutWords(), done, ...more });

new MutationObserver(() => {
  const given = element.querySelector("[data-notes]")?.dataset.notes;
  const notes = JSON.parse(given || "[]").filter((note) => note.number > done);
  if (!notes.length) return;
  done = notes.at(-1).number;
  journal.apply(notes);
  for (const note of notes) hasNoted(note);
  tell();
}).observe(element, { subtree: true, childList: true, attributeFilter: ["data-notes"] });

// What a person did on a card, until the server has noted it. Who leaves the page within that moment
// loses nothing: the page writes it by itself.
const MARKS = { reject: "rejected", restore: "rejected", bring_back: "rejected", helpful: "helped", favourite: "favourites" };
let unnoted = [];
const noteOf = ({ act, id, on, when, rating, before, after }) => {
  if (act in MARKS)
    return { change: "mark", list: MARKS[act], id, on: act === "reject" || (on && MARKS[act] !== "rejected") };
  if (!["did", "finish", "rate"].includes(act)) return null;
  const earlier = unnoted.find((one) => one.entry?.id === id)?.entry
    ?? journal.read()?.activities?.findLast((one) => one.id === id);
  if (act === "did" && !on) return earlier ? { change: "undo", entry: earlier } : null;
  const ratings = act === "rate" ? { [when]: rating }
    : Object.fromEntries(Object.entries({ before, after }).filter(([, value]) => value));
  const first = { at: new Date().toISOString(), id };
  return { change: "activity", entry: { ...(act === "rate" && earlier ? earlier : first), ...ratings } };
};
const sameThing = (one, other) =>
  one.list === other.list && (one.id ?? one.entry?.id) === (other.id ?? other.entry?.id);
const hasNoted = (note) => {
  unnoted = unnoted.filter((one) => !sameThing(one, note) || (
    // Taken back, or rated, since what this notes.
    one.change !== note.change || one.on !== note.on
    || ["before", "after"].some((when) => one.entry?.[when] !== undefined && one.entry[when] !== note.entry?.[when])));
  for (const one of unnoted) if (one.entry && sameThing(one, note)) one.entry.at = note.entry.at;
};
addEventListener("yuzug-told", ({ detail }) => {
  const note = journal.read() && noteOf(detail);
  if (note) unnoted = [...unnoted.filter((one) => !sameThing(one, note)), note];
});
addEventListener("pagehide", ({ persisted }) => {
  if (!persisted && unnoted.length) journal.apply(unnoted);
});

addEventListener("storage", (event) => {
  if (event.key === journal.key || event.key === null) tell();
});
addEventListener("yuzug-journal", (event) => {
  if (["start", "erase"].includes(event.detail?.act)) unnoted = [];
  tell(event.detail);
});

new MutationObserver(() => {
  const now = document.documentElement.lang;
  if (lang !== null && lang !== now) tell();
  lang = now;
}).observe(document.documentElement, { attributeFilter: ["lang"] });
