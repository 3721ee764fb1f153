// The dialog in which a person writes a note and tags to an entry of the journal. Nothing of it is
// sent anywhere: it is written into the journal in this browser.
(() => {
  const WORDS = JSON.parse(document.getElementById("yz-note-words").textContent);
  const say = (name) => WORDS[document.documentElement.lang][name];
  const make = (tag, className = "", text = "", options = {}) => {
    const made = Object.assign(document.createElement(tag), { className, ...options });
    if (text) made.textContent = text;
    return made;
  };
  const same = (one, other) =>
    one.localeCompare(other, document.documentElement.lang, { sensitivity: "accent" }) === 0;

  const open = (key, title) => {
    const journal = window.yuzug.journal;
    const before = journal.wordsOf(key) ?? { note: "", tags: [] };
    const chosen = new Set(before.tags);
    const opener = document.activeElement;
    const dialog = make("dialog", "yz-note-dialog");
    dialog.setAttribute("aria-labelledby", "yz-note-title");
    const heading = make("h2", "", title, { id: "yz-note-title" });
    const note = make("textarea", "", "", {
      id: "yz-note-text", rows: 4, maxLength: journal.most.note, spellcheck: true, value: before.note,
    });
    const label = make("label", "", say("note"), { htmlFor: note.id });
    const chips = make("div", "yz-chips", "", { role: "group", ariaLabel: say("tags") });
    const other = make("input", "", "", {
      type: "text", maxLength: journal.most.tag, placeholder: say("tag_new"), ariaLabel: say("tag_new"),
    });
    const add = make("button", "yz-link", say("tag_add"), { type: "button" });
    const row = make("div", "row");
    row.append(other, add);

    const chip = (tag) => {
      const one = make("button", "yz-chip", tag, { type: "button" });
      const show = () => {
        one.ariaPressed = String(chosen.has(tag));
        one.classList.toggle("chosen", chosen.has(tag));
      };
      one.addEventListener("click", () => {
        if (!chosen.delete(tag)) chosen.add(tag);
        show();
      });
      show();
      chips.append(one);
    };
    const offered = [];
    const offer = (tag) => {
      const there = offered.find((one) => same(one, tag));
      if (there === undefined) {
        offered.push(tag);
        chip(tag);
      }
      return there ?? tag;
    };
    for (const tag of [...before.tags, ...journal.tags().slice(0, 12), ...say("tags_offered").split(", ")])
      offer(tag);
    const addOther = () => {
      const tag = other.value.replace(/[#,]/g, " ").replace(/\s+/g, " ").trim();
      other.value = "";
      if (!tag) return;
      const known = offered.find((one) => same(one, tag));
      if (known === undefined) {
        chosen.add(tag);
        offer(tag);
      } else if (!chosen.has(known)) [...chips.children][offered.indexOf(known)].click();
    };
    add.addEventListener("click", addOther);
    other.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      addOther();
    });

    const cancel = make("button", "yz-button", say("cancel"), { type: "button" });
    const save = make("button", "yz-button main", say("save"), { type: "button" });
    cancel.addEventListener("click", () => dialog.close());
    save.addEventListener("click", () => {
      addOther();
      journal.writeWords(key, { note: note.value, tags: [...chosen] });
      dialog.close();
      dispatchEvent(new CustomEvent("yuzug-words"));
    });
    const footer = make("footer");
    footer.append(cancel, save);
    dialog.append(
      heading, label, note, make("p", "yz-fine", say("here_only")), make("p", "", say("tags")), chips, row, footer,
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      opener?.focus();
    });
    document.querySelector(".gradio-container .contain").append(dialog);
    dialog.showModal();
    note.focus();
  };

  let asked = 0; // of several presses the last is answered
  window.yuzug.note = {
    open,
    // To a mood that was named just now: its entry may still be on its way into the journal.
    async openMood(key) {
      const { read, keyOf } = window.yuzug.journal;
      const mine = (asked += 1);
      for (let tries = 0; tries < 600 && mine === asked; tries++) {
        if (read()?.moods.some((mood) => keyOf(mood) === key)) return open(key, say("note_mood"));
        await new Promise((done) => setTimeout(done, 50));
      }
    },
  };
})();
