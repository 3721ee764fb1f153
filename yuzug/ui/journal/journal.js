// The Journal tab: start, erase, save and import; times as the visitor's own clock and language
// have them; and what the visitor wrote to an entry, which the server does not know.
const journal = window.yuzug.journal;
const tell = (detail) => dispatchEvent(new CustomEvent("yuzug-journal", { detail }));

const saveFile = ({ save, file }) => {
  const titles = JSON.parse(element.querySelector("[data-titles]").dataset.titles);
  const text = save === "csv" ? journal.toCsv(titles) : journal.toJson(titles);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: save === "csv" ? "text/csv" : "application/json" }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

element.addEventListener("click", ({ target }) => {
  const { keep, save, file, write } = target.closest("[data-keep], [data-save], [data-write]")?.dataset ?? {};
  if (keep) {
    journal[keep]();
    tell({ act: keep });
  } else if (save) saveFile({ save, file });
  else if (write) window.yuzug.note.open(write, target.closest("li").querySelector("strong").textContent);
});

element.addEventListener("change", async (event) => {
  const [file] = event.target.matches("[data-import]") ? event.target.files : [];
  if (!file) return;
  let imported = null;
  try {
    imported = journal.fromFile(JSON.parse(await file.text()));
  } catch { /* no JSON: the server says that it is none of ours */ }
  event.target.value = "";
  tell({ act: "import", imported });
});

const put = (place, text) => {
  if (place.textContent !== text) place.textContent = text;
};
const fill = () => {
  // The day before the month in English too, as in the calendar above.
  const lang = document.documentElement.lang;
  const form = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
    day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
  for (const time of element.querySelectorAll("time")) put(time, form.format(new Date(time.dateTime)));
  for (const own of element.querySelectorAll("[data-own]")) {
    const { note = "", tags = [] } = journal.wordsOf(own.dataset.own) ?? {};
    put(own.querySelector(".note"), note);
    put(own.querySelector(".tags"), tags.map((tag) => `#${tag}`).join("  "));
    const button = own.querySelector("[data-write]");
    put(button, note || tags.length ? button.dataset.edit : button.dataset.add);
  }
};
fill();  // what was there before this tab was opened for the first time
const watcher = new MutationObserver(fill);
watcher.observe(element, { subtree: true, childList: true, characterData: true });
// The page's language comes last, when all its words are there.
watcher.observe(document.documentElement, { attributeFilter: ["lang"] });
addEventListener("yuzug-words", fill);
addEventListener("storage", (event) => event.key === journal.key && fill());

window.yuzug.stayUnfolded(element);
