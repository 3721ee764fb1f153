// The Journal tab: start, erase, and times as the visitor's own clock and language have them.
const KEY = "yuzug-journal";

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-keep]");
  if (button) trigger("keep", { act: button.dataset.keep });
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
const watcher = new MutationObserver(tellTimes);
watcher.observe(element, { subtree: true, childList: true, characterData: true });
// The page's language is told last, when all its words are there.
watcher.observe(document.documentElement, { attributeFilter: ["lang"] });

window.yuzug.stayUnfolded(element);

// Erased in another window: this one must not write its copy back.
addEventListener("storage", (event) => {
  if (event.key === KEY && event.newValue === null) location.reload();
});
