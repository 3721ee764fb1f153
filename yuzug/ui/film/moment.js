// Part of the Video tab's script: the frame that is shown, its boxes, its reading and its map.
const REST_MS = 120; // the map is asked for once the slider rests
const FRAME_PX = 640;
const MAP_PX = 400;

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
  if (explaining || !one || rowOf(one) < 0 || explained?.of === moment()) return;
  const [shot, of] = [grab(), moment()];
  if (!shot) return;
  explaining = true;
  const options = JSON.stringify({
    box: one.boxes[rowOf(one)], model: film.model, classes: film.classes, target,
    ...(isMine(one) && { person: adapted.taught }),
  });
  const sent = shot.toDataURL("image/jpeg", 0.9);
  const answer = await ask("film_frame", [sent, options, null]).catch(() => null);
  explaining = false;
  if (of !== moment()) return later(); // the slider went on
  const failed = answer === null || answer.refused !== undefined;
  explained = failed ? null : { ...answer, of, shot }; // what failed is asked for again
  drawMap();
  if (failed)
    find("#yz-film-heat-words .words").replaceChildren(
      make("p", { className: "yz-fine", role: "alert" }, answer?.refused || say("map_lost")));
};
const moment = () =>
  `${clip} ${at} ${person} ${target} ${lang()} ${isMine(film.persons[person])}`;

const drawMap = async () => {
  const words = find("#yz-film-heat-words .words");
  const canvas = find(".yz-film-map");
  const answer = explained;
  canvas.hidden = !answer?.map;
  words.replaceChildren();
  if (!answer) return;
  if (answer.notice || answer.words) words.innerHTML = answer.notice ?? answer.words;
  else words.append(make("p", { className: "yz-fine" }, say("no_map")));
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

// --- Whose face it is -------------------------------------------------------------------------
// The face that was taught, in either reading; and whether it is shown as that.
const isTaught = (one) => adapted !== null && one?.track === adapted.film.mine;
const isMine = (one) => film === adapted?.film && isTaught(one);
const theirs = () => window.yuzug.person.read(film.model);
const drawMine = () => {
  const one = film?.persons[person];
  const [offer, choice] = ["film", "film-shows"].map((name) => find(`[data-part=${name}]`));
  offer.hidden = !one || isTaught(one) || theirs() === null;
  choice.hidden = !isTaught(one);
  if (!film) return;
  offer.querySelector("p").textContent = one ? say("mine", { person: called(one) }) : "";
  offer.querySelector("button").textContent = say("mine_again");
  choice.firstElementChild.ariaLabel = say("shows");
  for (const radio of choice.querySelectorAll("input")) {
    radio.checked = radio.value === shows;
    radio.nextElementSibling.textContent = say(`shows_${radio.value}`);
  }
};
const readAgain = () => {
  const { model, classes } = film;
  choose(own, { person: theirs(), track: film.persons[person].track, model, classes });
};
// What was erased is used no more, here or on the server.
addEventListener("yuzug-person", () => {
  if (work && readFor !== null && window.yuzug.person.read(readFor) === null) stopWork();
  if (adapted && theirs() === null) {
    adapted = null;
    put();
  }
  drawMine();
});
// What the same face was read as in general, at this moment.
const generalOf = (one) => {
  const other = general.persons.find(({ track }) => track === one.track);
  const row = other ? rowOf(other) : -1;
  return row < 0 ? null : { label: other.emotions[row], shares: other.probabilities[row] };
};

const drawReading = (one, words) => {
  drawMine();
  const panel = find("#yz-film-reading .words");
  const row = one ? rowOf(one) : -1;
  if (row < 0) {
    const notice = make("div", { className: "yz-notice" }, make("strong", {}, words));
    if (!one) notice.append(make("p", {}, say("no_face_hint")));
    return panel.replaceChildren(notice);
  }
  // The bars stay where they are, so that the focus does too.
  let reading = panel.querySelector(".yz-reading");
  if (!reading || reading.querySelectorAll("button").length !== film.labels.length) {
    const heads = make("li", { className: "heads" },
      make("span", { className: "share" }), make("span", { className: "share" }));
    const bars = make("ul", {}, heads);
    film.labels.forEach((_, label) =>
      bars.append(
        make("li", {},
          make("button", { type: "button", dataset: { explain: label } },
            make("span", { className: "name" }),
            make("span", { className: "bar", ariaHidden: "true" }),
            make("span", { className: "share" }),
            make("span", { className: "share plain" }))),
      ));
    reading = make("div", { className: "yz-reading" },
      make("p", { className: "yz-fine who" }), make("p", { className: "yz-sentence" }), bars,
      make("p", {}, make("span", { className: "yz-whose" }), " ", make("span", { className: "yz-fine" })));
    panel.replaceChildren(reading);
  }
  reading.classList.toggle("unsure", !one.sure[row]);
  reading.querySelector(".who").textContent = `${called(one)} · ${seconds(film.times[at])}`;
  reading.querySelector(".yz-sentence").textContent = words;
  const whose = reading.querySelector(".yz-whose");
  whose.hidden = adapted === null;
  whose.classList.toggle("adapted", isMine(one));
  whose.textContent = say(isMine(one) ? "badge_adapted" : "badge_plain");
  const plain = isMine(one) && shows === "both" ? generalOf(one) : null;
  whose.nextElementSibling.textContent = plain && say("general", {
    looks: names()[plain.label], percent: percent(plain.shares[plain.label]),
  });
  const list = reading.querySelector("ul");
  list.className = `yz-bars asks${plain ? " beside" : ""}`;
  list.ariaLabel = say("probabilities");
  const [heads, ...bars] = list.children;
  heads.hidden = !plain;
  ["adapted", "plain"].forEach((kind, i) => (heads.children[i].textContent = say(`beside_${kind}`)));
  const shown = target === null ? one.emotions[row] : film.labels.indexOf(target);
  bars.forEach((bar, label) => {
    bar.className = label === one.emotions[row] ? "top" : "";
    bar.style.setProperty("--p", one.probabilities[row][label]);
    bar.firstChild.ariaPressed = String(label === shown);
    bar.querySelector(".name").textContent = names()[label];
    bar.querySelector(".share").textContent = percent(one.probabilities[row][label]);
    const beside = bar.querySelector(".plain");
    beside.hidden = !plain;
    beside.textContent = plain && percent(plain.shares[label]);
  });
};
