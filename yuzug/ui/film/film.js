// The Film tab: a clip goes to the server once; its frames are then shown from the visitor's own
// file, and what was read is held here alone.
const POLL_MS = 500;
const PATIENCE = 20; // answers that may fail one after another, before the line is called lost
const REST_MS = 120; // the map is asked for once the slider rests
const FRAME_PX = 640;
const MAP_PX = 400;
const SVG = "http://www.w3.org/2000/svg";
const WIDE = 1000; // of a row's drawing

// --- Words ------------------------------------------------------------------------------------
const find = (selector) => document.querySelector(`#yz-film ${selector}`);
const source = () => document.querySelector("#yz-film-source .yz-film-source");
const told = () => JSON.parse(source().dataset.told);
const lang = () => document.documentElement.lang;
const say = (name, values = {}) =>
  told().words[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
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

// --- A clip to the server ---------------------------------------------------------------------
let round = 0; // what belongs to an earlier clip is void
let work = null; // { phase, … } while a clip is on its way or read
let outcome = { said: null, trouble: null };
let pending = null; // the address of the file, until it is shown

const root = () => window.gradio_config.root.replace(/\/$/, "");
const ask = async (name, data, options = {}) => {
  const answer = await fetch(`${root()}/gradio_api/run/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data, session_hash: window.__gradio_session_hash__ }),
    ...options,
  });
  const body = await answer.json();
  return answer.ok ? (body.data[0] ?? {}) : { refused: body.error ?? body.detail ?? "" };
};

const lengthOf = (url) =>
  new Promise((resolve) => {
    const probe = make("video", { preload: "metadata", muted: true });
    const end = () => resolve(Number.isFinite(probe.duration) ? probe.duration : null);
    probe.onloadedmetadata = probe.onerror = end;
    setTimeout(end, 3000);
    probe.src = url;
  });

const send = (file, mine) =>
  new Promise((resolve) => {
    const form = new FormData();
    form.append("files", file, file.name);
    const sent = new XMLHttpRequest();
    sent.open("POST", `${root()}/gradio_api/upload?film=${window.__gradio_session_hash__}`);
    sent.responseType = "json";
    sent.upload.onprogress = ({ loaded, total }) => {
      if (mine === round) show({ phase: "sending", share: loaded / total, abort: () => sent.abort() });
    };
    sent.onload = () =>
      resolve(sent.status === 200 ? { path: sent.response[0] } : { refused: sent.response?.detail });
    sent.onerror = () => resolve({ lost: true });
    sent.send(form);
  });

const trouble = (words) => end({ trouble: words });
const end = (now) => {
  work = null;
  outcome = { said: null, trouble: null, ...now };
  drawWork();
};
const show = (now) => {
  work = now;
  outcome = { said: null, trouble: null };
  drawWork();
};

const choose = async (file) => {
  const mine = (round += 1);
  work?.abort?.();
  const { limits } = told();
  if (file.size > limits.megabytes * 2 ** 20)
    return trouble(() => say("too_large", { ...limits, got: number(Math.ceil(file.size / 2 ** 20)) }));
  show({ phase: "sending", share: 0 });
  if (pending) URL.revokeObjectURL(pending);
  const url = (pending = URL.createObjectURL(file));
  const length = await lengthOf(url);
  if (mine !== round) return;
  if (length > limits.seconds + 0.5)
    return trouble(() => say("too_long", { ...limits, got: number(Math.ceil(length)) }));
  const { path, refused, lost } = await send(file, mine);
  if (mine !== round) return;
  if (lost) return trouble(() => say("lost"));
  if (!path) return trouble(() => refused ?? say("lost"));
  const given = { path, orig_name: file.name };
  await follow(mine, url, await ask("film_read", [given, null]).catch(() => null));
};

const follow = async (mine, url, answer) => {
  for (let failed = 0; mine === round; ) {
    if (answer === null && (failed += 1) > PATIENCE) return trouble(() => say("lost"));
    if (answer !== null) {
      failed = 0;
      if (answer.refused !== undefined) return trouble(() => answer.refused);
      if (answer.notice) return end({ html: answer.notice });
      if (answer.state === "none") return trouble(() => say("lost"));
      if (answer.state === "done") {
        end({ said: () => say("done") });
        return open(answer.film, url);
      }
      show({ phase: answer.state, ...answer });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (mine === round) answer = await ask("film_progress", [null]).catch(() => null);
  }
};

const cancel = () => {
  round += 1;
  work?.abort?.();
  ask("film_cancel", [null]).catch(() => {});
  end({ said: () => say("cancelled") });
  source().querySelector("input[type=file]").focus();
};

const drawWork = () => {
  const progress = source().querySelector(".yz-film-progress");
  progress.hidden = work === null;
  source().classList.toggle("working", work !== null);
  source().classList.toggle("shown", film !== null);
  source().querySelector(".yz-film-said").textContent = outcome.said?.() ?? "";
  const wrong = source().querySelector(".yz-film-trouble");
  if (outcome.html) wrong.innerHTML = outcome.html;
  else if (outcome.trouble)
    wrong.replaceChildren(
      make("div", { className: "yz-notice error" }, make("strong", {}, outcome.trouble())),
    );
  else wrong.replaceChildren();
  if (work === null) return;
  const share =
    work.phase === "sending" ? work.share : work.phase === "reading" && work.length
      ? Math.min(work.at / work.length, 1) : null;
  const words = {
    sending: () => say("sending", { percent: percent(share) }),
    waiting: () =>
      work.before === 1 ? say("waiting_one") : say("waiting_many", { count: number(work.before) }),
    reading: () =>
      share === null
        ? say("reading_unknown", { at: seconds(work.at) })
        : say("reading", { percent: percent(share) })
          + (work.left === null ? "" : ` · ${say("left", { seconds: number(work.left) })}`),
  };
  const bar = progress.querySelector("progress");
  if (share === null) bar.removeAttribute("value");
  else bar.value = share;
  progress.querySelector("p").textContent = bar.ariaLabel = words[work.phase]();
};

// --- What was read ----------------------------------------------------------------------------
let film = null;
let clip = null; // the address of the visitor's own file
let playable = false;
let at = 0; // the frame that is shown, among those that were read
let person = 0;
let target = null; // the label that the map explains, null for the predicted one
let explained = null; // the answer that is drawn
let asking = false;
let resting = null;

const names = () => film.looks[lang()];
// Persons count from the one seen longest; the table knows them by their track.
const called = (one) => say("person", { number: film.persons.indexOf(one) + 1 });
const rowOf = (one) => one.rows.indexOf(at);

const open = (read, url) => {
  if (clip) URL.revokeObjectURL(clip);
  [film, clip, person, target, explained, playable] = [read, url, 0, null, null, false];
  pending = null;
  at = film.persons[0]?.rows[0] ?? 0;
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

// --- The map of the frame that is shown -------------------------------------------------------
const later = () => {
  clearTimeout(resting);
  resting = setTimeout(explain, REST_MS);
};

const grab = () => {
  const video = find("video");
  if (!playable || video.seeking) return null;
  const scale = Math.min(1, FRAME_PX / Math.max(video.videoWidth, video.videoHeight));
  const shot = document.createElement("canvas");
  shot.width = Math.round(scale * video.videoWidth);
  shot.height = Math.round(scale * video.videoHeight);
  shot.getContext("2d").drawImage(video, 0, 0, shot.width, shot.height);
  return shot;
};

const explain = async () => {
  const one = film?.persons[person];
  if (asking || !one || rowOf(one) < 0 || explained?.of === moment()) return;
  const [shot, of] = [grab(), moment()];
  if (!shot) return;
  asking = true;
  const options = JSON.stringify({
    box: one.boxes[rowOf(one)], model: film.model, classes: film.classes, target,
  });
  const sent = shot.toDataURL("image/jpeg", 0.9);
  const answer = await ask("film_frame", [sent, options, null]).catch(() => ({}));
  asking = false;
  if (of !== moment()) return later(); // the slider went on
  explained = { ...answer, of, shot };
  drawMap();
};
const moment = () => `${clip} ${at} ${person} ${target} ${lang()}`;

const drawMap = async () => {
  const words = find("#yz-film-heat-words .words");
  const canvas = find(".yz-film-map");
  const answer = explained;
  canvas.hidden = !answer?.map;
  words.replaceChildren();
  if (!answer) return;
  if (answer.notice || answer.words) words.innerHTML = answer.notice ?? answer.words;
  else words.append(make("p", { className: "yz-fine" }, answer.refused ?? say("no_map")));
  if (!answer.map) return;
  const layer = new Image();
  layer.src = answer.map.png;
  await layer.decode();
  if (answer !== explained) return;
  canvas.width = canvas.height = MAP_PX;
  canvas.ariaLabel = say("heat_alt", {
    sentence: words.querySelector(".yz-heat-words")?.textContent ?? "",
  });
  const pen = canvas.getContext("2d");
  const [left, top] = answer.map.center.map((middle) => middle - answer.map.side / 2);
  pen.drawImage(answer.shot, left, top, answer.map.side, answer.map.side, 0, 0, MAP_PX, MAP_PX);
  pen.globalAlpha = 0.75;
  pen.drawImage(layer, 0, 0, MAP_PX, MAP_PX);
  pen.globalAlpha = 1;
};

// --- The moment -------------------------------------------------------------------------------
const sentenceOf = (one) => {
  const row = rowOf(one);
  if (row < 0) return say("not_seen", { time: seconds(film.times[at]) });
  const label = one.emotions[row];
  return say(one.sure[row] ? "looks" : "unsure", {
    emotion: names()[label], percent: percent(one.probabilities[row][label]),
  });
};

const drawMoment = () => {
  const one = film.persons[person];
  const time = film.times[at] ?? 0;
  const slider = find("input[type=range]");
  slider.max = Math.max(film.times.length - 1, 0);
  slider.value = at;
  slider.ariaLabel = say("slider");
  const words = one ? sentenceOf(one) : say("no_face");
  slider.setAttribute("aria-valuetext", `${seconds(time)}. ${words}`);
  find(".yz-film-time output").textContent = seconds(time);
  find(".yz-film-rows").style.setProperty("--at", `${film.end ? (100 * time) / film.end : 0}%`);
  for (const button of find(".yz-film-rows").querySelectorAll("[data-person]"))
    button.ariaPressed = String(Number(button.dataset.person) === person);
  drawStage(one, words);
  drawReading(one, words);
  if (explained?.of !== moment()) {
    explained = null;
    drawMap();
    find("#yz-film-heat").classList.toggle("away", !one || rowOf(one) < 0 || !playable);
  }
};

const drawStage = (one, words) => {
  const [width, height] = film.size;
  const stage = find(".yz-film-stage");
  stage.style.setProperty("aspect-ratio", `${width || 4} / ${height || 3}`);
  const video = find("video");
  video.ariaLabel = say("frame_alt", { time: seconds(film.times[at] ?? 0), sentence: words });
  const small = stage.querySelector("img");
  const near = one?.thumbnails.reduce(
    (best, face) => (Math.abs(face[0] - film.times[at]) < Math.abs(best[0] - film.times[at]) ? face : best),
  );
  small.hidden = playable || !near;
  if (!small.hidden) small.src = near[1];
  video.hidden = !playable;
  const note = find(".unplayable");
  note.hidden = playable;
  note.textContent = say("unplayable");
  const boxes = stage.querySelector("svg");
  boxes.setAttribute("viewBox", `0 0 ${width || 4} ${height || 3}`);
  boxes.replaceChildren();
  if (!playable) return;
  film.persons.forEach((other, index) => {
    const row = rowOf(other);
    if (row < 0) return;
    const [x, y, w, h] = other.boxes[row].map((side, i) => side * (i % 2 ? height : width));
    const frame = drawn("g", {
      class: `yz-frame${other === one ? " chosen" : ""}${other.sure[row] ? "" : " unsure"}`,
      "data-person": index,
    });
    for (const line of ["halo", "line"])
      frame.append(drawn("rect", { class: line, x, y, width: w, height: h, rx: 0.16 * w }));
    boxes.append(frame);
  });
};

const drawReading = (one, words) => {
  const panel = find("#yz-film-reading .words");
  const row = one ? rowOf(one) : -1;
  if (row < 0) {
    const notice = make("div", { className: "yz-notice" }, make("strong", {}, words));
    if (!one) notice.append(make("p", {}, say("no_face_hint")));
    return panel.replaceChildren(notice);
  }
  // The bars stay where they are, so that the focus does too.
  let reading = panel.querySelector(".yz-reading");
  if (!reading || reading.querySelectorAll("li").length !== film.labels.length) {
    const bars = make("ul", { className: "yz-bars asks" });
    film.labels.forEach((_, label) =>
      bars.append(
        make("li", {},
          make("button", { type: "button", dataset: { explain: label } },
            make("span", { className: "name" }),
            make("span", { className: "bar", ariaHidden: "true" }),
            make("span", { className: "share" }))),
      ));
    reading = make("div", { className: "yz-reading" },
      make("p", { className: "yz-fine who" }), make("p", { className: "yz-sentence" }), bars);
    panel.replaceChildren(reading);
  }
  reading.classList.toggle("unsure", !one.sure[row]);
  reading.querySelector(".who").textContent = `${called(one)} · ${seconds(film.times[at])}`;
  reading.querySelector(".yz-sentence").textContent = words;
  reading.querySelector(".yz-bars").ariaLabel = say("probabilities");
  const shown = target === null ? one.emotions[row] : film.labels.indexOf(target);
  [...reading.querySelectorAll("li")].forEach((bar, label) => {
    bar.className = label === one.emotions[row] ? "top" : "";
    bar.style.setProperty("--p", one.probabilities[row][label]);
    bar.firstChild.ariaPressed = String(label === shown);
    bar.querySelector(".name").textContent = names()[label];
    bar.querySelector(".share").textContent = percent(one.probabilities[row][label]);
  });
};

// --- The timeline, the episodes and the files --------------------------------------------------
const drawAll = () => {
  drawWork();
  if (!film) return;
  find(".yz-film-rows").replaceChildren(...film.persons.map(drawRow));
  find(".yz-film-legend").ariaLabel = say("legend");
  find(".yz-film-legend").replaceChildren(
    ...names().map((name, label) =>
      make("li", {}, make("i", { style: { background: film.colours[label] } }), name)),
  );
  const more = find(".more");
  const notes = [...film.notes[lang()]];
  if (film.more) notes.push(say("more_persons", { count: number(film.more) }));
  more.hidden = !notes.length;
  more.textContent = notes.join(" ");
  find("#yz-film-episodes .words").replaceChildren(...film.persons.map(episodesOf));
  find("#yz-film-files .buttons").replaceChildren(...files());
  drawMoment();
};

const drawRow = (one, index) => {
  const button = make("button",
    { type: "button", className: "yz-chip", dataset: { person: index } },
    make("strong", {}, called(one)),
    make("small", {}, say("person_seen", { time: seconds(one.seconds), track: one.track })));
  const faces = make("div", { className: "faces", ariaHidden: "true" });
  const step = film.end / 12;
  let last = -step;
  for (const [time, face] of one.thumbnails) {
    if (time - last < step || time > film.end - 0.6 * step) continue;
    last = time;
    faces.append(make("img", { src: face, alt: "", style: { left: `${(100 * time) / film.end}%` } }));
  }
  const areas = drawn("svg", { viewBox: `0 0 ${WIDE} 100`, preserveAspectRatio: "none", role: "img" });
  areas.setAttribute("aria-label", say("row_alt", { number: index + 1 }));
  for (const run of runsOf(one)) drawRun(areas, one, run);
  const spans = make("div", { className: "spans", ariaHidden: "true" });
  for (const { emotion, start, end } of one.episodes)
    spans.append(make("i", { style: {
      left: `${(100 * start) / film.end}%`, width: `${(100 * (end - start)) / film.end}%`,
      background: film.colours[emotion],
    } }));
  const track = make("div", { className: "track" }, faces, areas, spans,
    make("b", { className: "now" }));
  return make("div", { className: "yz-film-person" }, button, track);
};

// Frames in which the person is seen without a break, as places in ``rows``.
const runsOf = (one) => {
  const runs = [];
  one.rows.forEach((row, place) => {
    if (place && one.rows[place - 1] === row - 1) runs.at(-1).push(place);
    else runs.push([place]);
  });
  return runs;
};

const drawRun = (areas, one, run) => {
  const until = film.times[one.rows[run.at(-1)] + 1] ?? film.end;
  const across = (time) => ((WIDE * time) / film.end).toFixed(1);
  const times = [...run.map((place) => film.times[one.rows[place]]), until];
  const shares = [...run, run.at(-1)].map((place) => one.probabilities[place]);
  let low = shares.map(() => 0);
  film.labels.forEach((_, label) => {
    const high = low.map((value, i) => value + shares[i][label]);
    const edge = (line) => line.map((value, i) => `${across(times[i])},${(100 - 100 * value).toFixed(1)}`);
    areas.append(drawn("polygon", {
      points: [...edge(high), ...edge(low).reverse()].join(" "), fill: film.colours[label],
    }));
    low = high;
  });
};

const episodesOf = (one, index) => {
  const list = make("ol", { className: "yz-film-episodes" },
    ...one.episodes.map(({ emotion, start, end, confidence }) =>
      make("li", {}, make("button",
        { type: "button", className: "yz-link", dataset: { start, of: index } },
        say("episode", {
          start: seconds(start), end: seconds(end), emotion: names()[emotion],
          percent: percent(confidence),
        })))));
  return make("section", {}, make("h3", {}, called(one)),
    one.episodes.length ? list : make("p", { className: "yz-fine" }, say("no_episodes")));
};

const TYPES = { csv: "text/csv", parquet: "application/vnd.apache.parquet", png: "image/png" };
let saved = [];
const files = () => {
  saved.forEach(URL.revokeObjectURL);
  saved = [];
  const stem = film.name.replace(/\.[^.]*$/, "") || "film";
  return Object.keys(TYPES).flatMap((ending) => {
    const content = film.files[ending] ?? film.files[`${lang()}.${ending}`];
    if (!content) return [];
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const href = URL.createObjectURL(new Blob([bytes], { type: TYPES[ending] }));
    saved.push(href);
    return [make("a", { className: "yz-button", href, download: `${stem}.${ending}` },
      say(`file_${ending}`))];
  });
};

// --- What a visitor does ----------------------------------------------------------------------
document.addEventListener("change", ({ target: input }) => {
  if (!input.matches?.("#yz-film-source input[type=file]") || !input.files[0]) return;
  choose(input.files[0]);
  input.value = ""; // the same file may be chosen again
});
document.addEventListener("input", ({ target: input }) => {
  if (input.matches?.("#yz-film input[type=range]")) go(Number(input.value));
});
document.addEventListener("click", ({ target: pressed }) => {
  if (pressed.closest?.("#yz-film-source .yz-film-progress button")) return cancel();
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
  if (!now || (words?.node === now && words.told === now.dataset.told)) return;
  words = { node: now, told: now.dataset.told };
  setTimeout(() => {
    drawAll();
    if (film) later();
  });
}).observe(document.querySelector("#yz-film-source"), {
  subtree: true, childList: true, attributeFilter: ["data-told"],
});
