// The Video tab: a clip goes to the server once; its frames are then shown from the visitor's own
// file, and what was read is held here alone. upload.js, moment.js and timeline.js share this scope.
const SVG = "http://www.w3.org/2000/svg";

// --- Words ------------------------------------------------------------------------------------
const find = (selector) => document.querySelector(`#yz-film ${selector}`);
const source = () => document.querySelector("#yz-film-source .yz-film-source");
const texts = () => JSON.parse(source().dataset.texts);
const lang = () => document.documentElement.lang;
const say = (name, values = {}) =>
  texts().words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
const number = (value, digits = 0) =>
  value.toLocaleString(lang(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (share) => say("percent", { percent: Math.round(100 * share) });
const seconds = (value) => say("seconds", { seconds: number(value, 1) });
const make = (tag, properties = {}, ...children) => {
  const { dataset, style, ...others } = properties;
  const made = Object.assign(document.createElement(tag), others);
  Object.assign(made.dataset, dataset);
  for (const [name, value] of Object.entries(style ?? {})) made.style.setProperty(name, value);
  made.append(...children);
  return made;
};
const drawn = (tag, attributes) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};

// --- What was read ----------------------------------------------------------------------------
let film = null; // the reading that is shown: one of the next two
let general = null;
let adapted = null; // { film, taught }: one face read as its owner taught it, and what that was
let shows = "adapted"; // or "plain", or "both"
let clip = null; // the address of the visitor's own file
let own = null; // that file
let playable = false;
let at = 0; // the frame that is shown, among those that were read
let person = 0;
let target = null; // the label that the map explains, null for the predicted one
let explained = null; // the answer that is drawn
let explaining = false;
let resting = null;

const names = () => film.looks[lang()];
// Persons count from the one seen longest; the table knows them by their track.
const called = (one) => say("person", { number: film.persons.indexOf(one) + 1 });
const rowOf = (one) => one.rows.indexOf(at);

const open = (read, sent) => {
  if (sent.taught) return openAdapted(read, sent.taught);
  if (clip) URL.revokeObjectURL(clip);
  [film, general, adapted, clip, own] = [read, read, null, sent.url, sent.file];
  [target, explained, playable, pending] = [null, null, false, null];
  [person, at] = [0, film.persons[0]?.rows[0] ?? 0];
  document.getElementById("yz-film").classList.remove("yz-film-empty");
  const video = find("video");
  video.onloadeddata = () => {
    playable = video.videoWidth > 0;
    drawMoment();
    seek();
  };
  video.onerror = () => {
    playable = false;
    drawMoment();
  };
  video.onseeked = () => (wanted() === video.currentTime ? later() : seek());
  video.src = clip;
  drawAll();
  find("input[type=range]").focus({ preventScroll: true });
};

// The same clip, read once more: the moment that is shown stays.
const openAdapted = (read, taught) => {
  [adapted, shows] = [{ film: read, taught }, "adapted"];
  put();
  find("input[type=range]").focus({ preventScroll: true });
};
const put = () => {
  const track = film.persons[person]?.track;
  film = adapted && shows !== "plain" ? adapted.film : general;
  person = Math.max(0, film.persons.findIndex((one) => one.track === track));
  drawAll();
  later();
};

// A little after its beginning, so that rounding does not show the frame before.
const wanted = () => film.times[at] + 0.001;
const seek = () => {
  const video = find("video");
  if (playable && !video.seeking) video.currentTime = wanted();
};

const go = (index) => {
  if (!film?.times.length) return;
  at = Math.max(0, Math.min(index, film.times.length - 1));
  explained = null;
  drawMoment();
  seek();
};
const goTo = (time) => {
  let best = 0;
  while (best + 1 < film.times.length && film.times[best + 1] <= time + 1e-6) best += 1;
  go(best);
};
const pick = (index) => {
  person = index;
  target = explained = null;
  drawMoment();
  later();
};

// --- What a visitor does ----------------------------------------------------------------------
document.addEventListener("change", ({ target: input }) => {
  if (input.matches?.("#yz-film-reading [data-reading]")) {
    shows = input.value;
    return put();
  }
  if (!input.matches?.("#yz-film-source input[type=file]") || !input.files[0]) return;
  choose(input.files[0]);
  input.value = ""; // the same file may be chosen again
});
document.addEventListener("input", ({ target: input }) => {
  if (input.matches?.("#yz-film input[type=range]")) go(Number(input.value));
});
document.addEventListener("click", ({ target: pressed }) => {
  if (pressed.closest?.("#yz-film-source .yz-film-progress button")) return cancel();
  if (film && pressed.closest?.("#yz-film-reading [data-mine]")) return readAgain();
  if (!film || !pressed.closest?.("#yz-film")) return;
  const bar = pressed.closest("[data-explain]");
  const episode = pressed.closest("[data-start]");
  const chosen = pressed.closest("[data-person]");
  if (bar) {
    const label = film.labels[bar.dataset.explain];
    target = target === label ? null : label;
    drawMoment();
    later();
  } else if (episode) {
    person = Number(episode.dataset.of);
    target = null;
    goTo(Number(episode.dataset.start));
  } else if (chosen) pick(Number(chosen.dataset.person));
});
const scrub = (event, track) => {
  const { left, width } = track.getBoundingClientRect();
  goTo(film.end * Math.max(0, Math.min((event.clientX - left) / width, 1)));
};
document.addEventListener("pointerdown", (event) => {
  const track = event.target.closest?.("#yz-film .track");
  if (!track || event.button > 0) return;
  track.setPointerCapture(event.pointerId);
  const mine = Number(track.parentElement.querySelector("[data-person]").dataset.person);
  if (mine !== person) [person, target] = [mine, null];
  scrub(event, track);
});
document.addEventListener("pointermove", (event) => {
  const track = event.target.closest?.("#yz-film .track");
  if (track?.hasPointerCapture(event.pointerId)) scrub(event, track);
});
// A film that is dropped here is read here; elsewhere a picture goes to the Photo tab.
document.addEventListener("dragover", (event) => {
  if (event.target.closest?.("#yz-film-source")) event.preventDefault();
}, true);
document.addEventListener("drop", (event) => {
  const [file] = event.dataTransfer?.files ?? [];
  if (!file || !event.target.closest?.("#yz-film-source")) return;
  event.preventDefault();
  event.stopPropagation();
  choose(file);
}, true);
// Who leaves the page wants nothing more of the clip.
addEventListener("pagehide", () => {
  if (work) ask("film_cancel", [null], { keepalive: true }).catch(() => {});
});
// Another language: the same in its words; the map's come from the server.
let words = null;
new MutationObserver(() => {
  const now = source();
  if (!now || (words?.node === now && words.texts === now.dataset.texts)) return;
  words = { node: now, texts: now.dataset.texts };
  setTimeout(() => {
    drawAll();
    if (film) later();
  });
}).observe(document.querySelector("#yz-film-source"), {
  subtree: true, childList: true, attributeFilter: ["data-texts"],
});
// What is wrong with a clip is in the language of the page, which changes last.
new MutationObserver(() => source() && drawWork()).observe(document.documentElement, {
  attributeFilter: ["lang"],
});
