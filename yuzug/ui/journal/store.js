// The journal in this browser. It is read and changed here alone, each change in one go, so that
// two tabs of the browser add to it and neither overwrites the other.
(() => {
  const KEY = "yuzug-journal";
  const MOST = 500;  // entries of each sort; the oldest make room
  // A mood within this time of the last one takes its place: people try, and correct themselves.
  const SAME_MOMENT_MS = 60_000;
  const MARKS = ["helped", "rejected", "favourites"];
  const LISTS = ["moods", "activities", ...MARKS];

  const read = () => {
    try {
      const journal = JSON.parse(localStorage.getItem(KEY));
      return journal?.schema === 1 ? journal : null;
    } catch {  // none of ours, or a browser that keeps nothing
      return null;
    }
  };
  const write = (journal) => {
    for (const list of LISTS) journal[list] = (journal[list] ?? []).slice(-MOST);
    localStorage.setItem(KEY, JSON.stringify(journal));
  };
  const since = (one, other) => Date.parse(one.at) - Date.parse(other.at);
  const without = (journal, entry) =>
    journal.activities.filter((one) => one.id !== entry.id || since(one, entry) !== 0);

  const changes = {
    mood(journal, { entry }) {
      const others = journal.moods.filter(
        (one) => !(since(entry, one) >= 0 && since(entry, one) < SAME_MOMENT_MS),
      );
      journal.moods = [...others, entry].sort(since);
    },
    // Rated later: the same entry again.
    activity(journal, { entry }) {
      journal.activities = [...without(journal, entry), entry].sort(since);
    },
    undo(journal, { entry }) {
      journal.activities = without(journal, entry);
    },
    // What was exported earlier: its entries are added, and what is here stays.
    merge(journal, { entries }) {
      for (const list of ["moods", "activities"]) {
        const key = (one) => `${Date.parse(one.at)} ${one.id ?? ""}`;
        const all = new Map([...entries[list], ...journal[list]].map((one) => [key(one), one]));
        journal[list] = [...all.values()].sort(since);
      }
      for (const list of MARKS)
        journal[list] = [...new Set([...entries[list], ...journal[list]])];
    },
    mark(journal, { list, id, on }) {
      journal[list] = journal[list].filter((one) => one !== id);
      if (on) journal[list].push(id);
    },
  };

  window.yuzug.journal = {
    key: KEY,
    read,
    start() {
      write(read() ?? { schema: 1 });
    },
    erase() {
      localStorage.removeItem(KEY);
    },
    apply(notes) {
      const journal = read() ?? (notes.some((note) => note.change === "merge") ? { schema: 1 } : null);
      if (!journal) return;
      for (const list of LISTS) journal[list] ??= [];
      for (const note of notes) changes[note.change]?.(journal, note);
      write(journal);
    },
  };
})();
