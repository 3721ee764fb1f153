// What was learned of the visitor's face: numbers in this browser, sent along with each picture.
// There is one set for each model, since no model can read what another one learned.
(() => {
  const KEY = "yuzug-person";
  let held = null; // newer than what is stored, where the browser stores no more; until the page closes
  let cached = { text: undefined, people: {} };

  const people = () => {
    let text = held;
    try { text ??= localStorage.getItem(KEY); } catch { /* keeps nothing */ }
    if (text !== cached.text) {
      let read = null;
      try { read = JSON.parse(text); } catch { /* none of ours */ }
      cached = { text, people: read?.schema === 1 && read.people ? read.people : {} };
    }
    return cached.people;
  };
  const write = (changed) => {
    const some = Object.keys(changed).length > 0;
    held = null;
    try {
      if (some) localStorage.setItem(KEY, JSON.stringify({ schema: 1, people: changed }));
      else localStorage.removeItem(KEY);
    } catch {
      held = some ? JSON.stringify({ schema: 1, people: changed }) : null;
    }
    tell();
  };
  const model = () => document.querySelector("#yz-model input:checked")?.value ?? "";
  const tell = () => dispatchEvent(new CustomEvent("yuzug-person"));

  const person = {
    key: KEY,
    shows: "adapted",
    photoShows: "plain", // a photo may be of anybody, until the visitor says that it is theirs
    photoSent: null, // what the photo on the page was read with
    track: null, // whose face it is in Live; null until the visitor says so
    lesson: null, // what a frame is asked for while something is taught: "look" or "take"
    read: (by = model()) => people()[by] ?? null,
    keep: (one, by = model()) => write({ ...people(), [by]: one }),
    erase() {
      person.track = null;
      person.photoShows = "plain";
      write({});
    },
    // Before another photo is read.
    newPhoto() {
      person.photoShows = "plain";
      person.photoSent = person.sent();
      tell();
      return person.photoSent;
    },
    show(shows, tab) {
      person[tab === "photo" ? "photoShows" : "shows"] = shows;
      tell();
    },
    is(track) {
      if (person.track === track) return;
      person.track = track;
      tell();
    },
    // What goes with a frame.
    asks() {
      const teach = person.lesson ? { teach: person.lesson } : {};
      const mine = person.read();
      if (!mine) return teach;
      if (person.shows === "plain" || person.track === null) return { ...teach, shows: "plain" };
      return { ...teach, shows: person.shows, person: mine, person_track: person.track };
    },
    // What goes with a photo.
    sent() {
      const mine = person.read();
      if (!mine) return null;
      if (person.photoShows === "plain") return JSON.stringify({ shows: "plain" });
      return JSON.stringify({ shows: person.photoShows, person: mine });
    },
    async teach(lesson, picture = null) {
      const root = window.gradio_config.root.replace(/\/$/, "");
      const by = model(); // another one may be chosen before the answer comes
      const data = [JSON.stringify({ model: by, person: person.read(by), ...lesson }), picture, null];
      const answer = await fetch(`${root}/gradio_api/run/teach`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ data, session_hash: window.__gradio_session_hash__ }),
      });
      const body = await answer.json();
      const result = answer.ok ? body.data[0] : { refused: body.error ?? body.detail };
      if (result.person) person.keep(result.person, by);
      return result;
    },
  };
  window.yuzug.person = person;
  addEventListener("storage", ({ key }) => {
    if (key !== KEY && key !== null) return;
    held = null; // another page wrote later
    if (Object.keys(people()).length === 0) person.photoShows = "plain";
    tell();
  });
  document.addEventListener("change", ({ target }) => {
    if (target.closest?.("#yz-model")) {
      person.photoSent = person.sent(); // the page reads the photo again by itself
      tell();
    }
    if (target.matches?.("[data-shows]")) person.show(target.value, target.dataset.shows);
  });
})();
