// Part of the Video tab's script: one row a person, the episodes, and the files to save.
const WIDE = 1000; // of a row's drawing

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
