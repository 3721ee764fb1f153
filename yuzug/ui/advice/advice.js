// The advice area: everything in it that can be pressed or chosen is one event.
const FORMS = "form.yz-filters";
const tell = (act, more = {}) => {
  dispatchEvent(new CustomEvent("yuzug-told", { detail: { act, ...more } }));
  trigger("advise", { act, ...more });
};
const ONCE = ["did", "helpful", "favourite", "reject", "bring_back", "restore"];
const cardOf = (inside) => inside.closest("[data-id]")?.dataset.id;

const filtersIn = (form) => {
  const filters = {};
  for (const [name, value] of new FormData(form)) (filters[name] ??= []).push(value);
  return filters;
};

// The filters are those of the visit: every tab shows the same.
const filter = (form) => {
  const filters = filtersIn(form);
  for (const other of document.querySelectorAll(FORMS))
    for (const control of other.elements) {
      if (control.type === "checkbox")
        control.checked = (filters[control.name] ?? []).includes(control.value);
      else if (control.name) control.value = filters[control.name]?.[0] ?? "";
    }
  tell("filter", { filters });
};

// Words that are looked for are sent once the person pauses.
let typing = null;
element.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-search]")) return;
  clearTimeout(typing);
  typing = setTimeout(() => tell("browse", { query: target.value }), 250);
});
element.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches("[data-library]") && !target.querySelector("[data-search]"))
    tell("browse");
}, true);

element.addEventListener("submit", (event) => event.preventDefault());

element.addEventListener("change", (event) => {
  const { form, dataset, value } = event.target;
  if (form?.matches(FORMS)) filter(form);
  else if (dataset.rate) tell("rate", { id: cardOf(event.target), when: dataset.rate, rating: +value });
});

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { act, mood } = button.dataset;
  // A double click is one press: its second half would take the first back, or turn down the card
  // that has just come.
  if (event.detail > 1 && ONCE.includes(act)) return;
  if (act === "reset") {
    const form = button.form;
    for (const control of form.elements) {
      if (control.type === "checkbox") control.checked = false;
      else if (control.name) control.value = "";
    }
    form.elements[0].focus();
    filter(form);
  } else if (act === "start") window.yuzug.guide(button.closest("[data-id]"), tell);
  else if (act === "browse") tell(act, { view: button.dataset.view, more: "more" in button.dataset });
  else if (act === "note") window.yuzug.note.openMood(button.dataset.entry);
  else if (act === "save") trigger("save", { face: window.yuzug.crop() });
  else if (act === "learn") {
    const tab = element.closest("#yz-photo-advice") ? "photo" : "live";
    dispatchEvent(new CustomEvent("yuzug-learn", { detail: { label: mood, tab } }));
  } else tell(act, { mood, id: cardOf(button), on: button.ariaPressed !== "true" });
});

window.yuzug.stayUnfolded(element);
