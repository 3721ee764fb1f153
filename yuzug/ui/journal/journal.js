// The Journal tab: start, erase, and times as the visitor's own clock and language have them.
element.addEventListener("click", (event) => {
  const act = event.target.closest("[data-keep]")?.dataset.keep;
  if (!act) return;
  window.yuzug.journal[act]();
  dispatchEvent(new CustomEvent("yuzug-journal", { detail: { act } }));
});

element.addEventListener("change", async (event) => {
  const [file] = event.target.matches("[data-import]") ? event.target.files : [];
  if (!file) return;
  let imported = null;
  try {
    imported = JSON.parse(await file.text());
  } catch { /* no JSON: the server says that it is none of ours */ }
  event.target.value = "";
  dispatchEvent(new CustomEvent("yuzug-journal", { detail: { act: "import", imported } }));
});

const tellTimes = () => {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
  });
  for (const time of element.querySelectorAll("time")) {
    const told = form.format(new Date(time.dateTime));
    if (time.textContent !== told) time.textContent = told;
  }
};
tellTimes();  // what was there before this tab was opened for the first time
const watcher = new MutationObserver(tellTimes);
watcher.observe(element, { subtree: true, childList: true, characterData: true });
// The page's language is told last, when all its words are there.
watcher.observe(document.documentElement, { attributeFilter: ["lang"] });

window.yuzug.stayUnfolded(element);
