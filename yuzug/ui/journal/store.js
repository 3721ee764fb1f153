// The journal in this browser. It is read and changed here alone, each change in one go, so that
// two tabs of the browser add to it. A browser tells other tabs of a write a moment later: where two
// tabs write within that moment, one overwrites the other, and makes its own changes again once it
// learns of that.
//
// `words` holds what a person wrote to an entry, by the entry's key: {note, tags}. It never leaves
// the browser: `withoutWords()` is what the server gets to draw the page, and has no `words`.
(() => {
  const KEY = "yuzug-journal";
  const MOST = 500;  // entries of each sort; the oldest make room
  const MOST_NOTE = 1000;  // characters
  const MOST_TAGS = 8;
  const MOST_TAG = 24;  // characters
  // A mood within this time of the last one takes its place: people try, and correct themselves.
  const SAME_MOMENT_MS = 60_000;
  const LATELY_MS = 3000;  // after this time every tab knows of a write
  const MARKS = ["helped", "rejected", "favourites"];
  const LISTS = ["moods", "activities", ...MARKS];
  const KEYS = ["at", "emotion", "source", "mood", "id", "before", "after"];  // of an entry
  const WORD = /^[\w.:+-]{1,60}$/;  // an id, a time, or the name of an emotion
  const COLUMNS = [
    "time", "entry", "mood", "emotion", "source", "activity", "title", "before", "after", "note", "tags",
  ];

  const keyOf = (entry) => `${Date.parse(entry.at)} ${entry.id ?? ""}`.trim();
  const read = () => {
    try {
      const journal = JSON.parse(localStorage.getItem(KEY));
      return journal?.schema === 1 ? journal : null;
    } catch {  // none of ours, or a browser that keeps nothing
      return null;
    }
  };
  const entriesOf = (journal) => [...(journal.moods ?? []), ...(journal.activities ?? [])];
  const write = (journal) => {
    for (const list of LISTS) journal[list] = (journal[list] ?? []).slice(-MOST);
    const there = new Set(entriesOf(journal).map(keyOf));
    journal.words = Object.fromEntries(
      Object.entries(journal.words ?? {}).filter(([key]) => there.has(key)),
    );
    localStorage.setItem(KEY, JSON.stringify(journal));
  };
  const since = (one, other) => Date.parse(one.at) - Date.parse(other.at);
  const without = (journal, entry) =>
    journal.activities.filter((one) => one.id !== entry.id || since(one, entry) !== 0);

  // A note and tags as they are kept: bounded, each tag once; null where there are none.
  const bounded = (written) => {
    const note = typeof written?.note === "string" ? written.note.trim().slice(0, MOST_NOTE) : "";
    const given = Array.isArray(written?.tags) ? written.tags : [];
    const tags = given.filter((tag) => typeof tag === "string")
      .map((tag) => tag.replace(/[#,]/g, " ").replace(/\s+/g, " ").trim().slice(0, MOST_TAG))
      .filter(Boolean);
    const some = { note, tags: [...new Set(tags)].slice(0, MOST_TAGS) };
    return note || some.tags.length ? some : null;
  };

  let imported = {};  // the words of a file, until the server has accepted the file as a journal

  const changes = {
    mood(journal, { entry }) {
      const replaced = journal.moods.filter(
        (one) => since(entry, one) >= 0 && since(entry, one) < SAME_MOMENT_MS,
      );
      const others = journal.moods.filter((one) => !replaced.includes(one));
      for (const one of replaced)
        if (journal.words[keyOf(one)]) journal.words[keyOf(entry)] = journal.words[keyOf(one)];
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
    merge(journal, note) {
      const { entries } = note;
      note.words ??= imported;  // made again, it brings them again
      imported = {};
      for (const list of ["moods", "activities"]) {
        const all = new Map([...entries[list], ...journal[list]].map((one) => [keyOf(one), one]));
        journal[list] = [...all.values()].sort(since);
      }
      for (const list of MARKS)
        journal[list] = [...new Set([...entries[list], ...journal[list]])];
      journal.words = { ...note.words, ...journal.words };
    },
    mark(journal, { list, id, on }) {
      journal[list] = journal[list].filter((one) => one !== id);
      if (on) journal[list].push(id);
    },
    words(journal, { key, written }) {
      const kept = bounded(written);
      if (kept) journal.words[key] = kept;
      else delete journal.words[key];
    },
  };

  let lately = [];  // {at, notes}: what this tab wrote within the last seconds
  const change = (journal, notes) => {
    for (const list of LISTS) journal[list] ??= [];
    journal.words ??= {};
    for (const note of notes) changes[note.change]?.(journal, note);
    write(journal);
  };
  const changeAndRemember = (journal, notes) => {
    change(journal, notes);
    const now = performance.now();
    lately = [...lately.filter(({ at }) => now - at < LATELY_MS), { at: now, notes }];
  };
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== null && key !== KEY) return;
    const recent = lately.filter(({ at }) => performance.now() - at < LATELY_MS);
    lately = [];
    const journal = newValue === null ? null : read();
    if (!journal || !recent.length) return;
    const before = localStorage.getItem(KEY);
    change(journal, recent.flatMap(({ notes }) => notes));
    // Once: two tabs that contradict each other would go on for ever. Where nothing was
    // overwritten, another write may still be on its way.
    if (localStorage.getItem(KEY) === before) lately = recent;
  });

  const withWords = (journal, entry) => ({ ...entry, ...journal.words?.[keyOf(entry)] });
  const cell = (value) => {
    let text = value === undefined || value === null ? "" : String(value);
    // A spreadsheet takes such a beginning for a formula, and would run it.
    if (typeof value === "string" && /^[=+\-@\t]/.test(text)) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  window.yuzug.journal = {
    key: KEY,
    most: { note: MOST_NOTE, tag: MOST_TAG },
    keyOf,
    read,
    withoutWords() {
      const journal = read();
      if (journal) delete journal.words;
      return journal;
    },
    start() {
      lately = [];
      write(read() ?? { schema: 1 });
    },
    erase() {
      lately = [];
      localStorage.removeItem(KEY);
    },
    apply(notes) {
      const journal = read() ?? (notes.some((note) => note.change === "merge") ? { schema: 1 } : null);
      if (journal) changeAndRemember(journal, notes);
    },
    wordsOf: (key) => read()?.words?.[key] ?? null,
    writeWords(key, written) {
      const journal = read();
      if (journal) changeAndRemember(journal, [{ change: "words", key, written }]);
    },
    // Every tag that was used, the most frequent first.
    tags() {
      const times = {};
      for (const { tags } of Object.values(read()?.words ?? {}))
        for (const tag of tags) times[tag] = (times[tag] ?? 0) + 1;
      return Object.keys(times).sort((one, other) => times[other] - times[one]);
    },
    // The whole journal as a file; `titles` are those of its activities, by id.
    toJson(titles) {
      const journal = read();
      const { words, ...rest } = journal;
      return JSON.stringify({
        ...rest,
        moods: journal.moods.map((one) => withWords(journal, one)),
        activities: journal.activities.map(
          (one) => withWords(journal, { ...one, title: titles[one.id] ?? one.id }),
        ),
      }, null, 2);
    },
    toCsv(titles) {
      const journal = read();
      const rows = [
        ...journal.moods.map((one) => ({ ...one, entry: "mood", mood: one.mood ?? one.emotion })),
        ...journal.activities.map((one) => (
          { ...one, entry: "activity", activity: one.id, title: titles[one.id] ?? one.id })),
      ].sort(since).map((one) => ({ time: one.at, ...withWords(journal, one) }));
      const lines = rows.map((row) =>
        COLUMNS.map((name) => cell(name === "tags" ? row.tags?.join(", ") : row[name])).join(","));
      // The mark at the front tells spreadsheets that the letters are Unicode.
      return `\uFEFF${[COLUMNS.join(","), ...lines].join("\r\n")}\r\n`;
    },
    // What a file holds of a journal, without notes and tags: these are kept here until the file is
    // accepted. Whatever else it holds, as where it is the wrong file, goes nowhere.
    fromFile(parsed) {
      imported = {};
      const isObject = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
      if (!isObject(parsed)) return null;
      const plain = (value) => (
        typeof value === "number" || (typeof value === "string" && WORD.test(value)) ? value : null);
      const plainEntry = (one) => {
        if (!isObject(one)) return null;
        const keys = KEYS.filter((key) => one[key] !== undefined);
        const entry = Object.fromEntries(keys.map((key) => [key, plain(one[key])]));
        const kept = bounded(one);
        if (kept) imported[keyOf(entry)] = kept;
        return entry;
      };
      const known = { schema: plain(parsed.schema ?? null) };
      for (const list of LISTS)
        if (parsed[list] !== undefined)
          known[list] = Array.isArray(parsed[list])
            ? parsed[list].map(MARKS.includes(list) ? plain : plainEntry) : null;
      return known;
    },
  };
})();
