// The last minutes of Live as a band in the colours of the expressions. All of it is kept in this
// page alone, as small crops, and gone with it; nothing is sent.
const SECONDS = 180; // shown by the band
const MOMENT_S = 5; // a crop is kept that often,
const MOMENTS = 36; // and so many of them
const CROP_PX = 160;
const PICTURE = { width: 1080, height: 1350 };

const find = (selector) => element.querySelector(selector);
const words = () => JSON.parse(find(".yz-ribbon").dataset.words);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let seconds = []; // of each second: at (s), emotion or null, sure
let moments = []; // of each crop: at, emotion, confidence, sure, shares, crop, map (canvases)
let chosen = null;
const own = []; // labels that have no colour of their own, in the order in which they came

const nameOf = (emotion) => words().names[emotion] ?? emotion;
const colourOf = (emotion) => {
  const { colours, others } = words();
  if (colours[emotion]) return colours[emotion];
  if (!own.includes(emotion)) own.push(emotion);
  return others[own.indexOf(emotion) % others.length];
};
const percent = (share) => fill(words().percent, { percent: Math.round(100 * share) });
// Twenty-four hours in English too, as in the journal.
const clock = (at) =>
  new Date(1000 * at).toLocaleTimeString(words().lang === "en" ? "en-GB" : words().lang);
const sentence = ({ emotion, confidence, sure }) => sure
  ? fill(words().moment, { looks: nameOf(emotion), percent: percent(confidence) })
  : words().unsure;

const canvas = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

// --- What is kept -----------------------------------------------------------------------------
const keepMoment = async (at, face, { map, shot }) => {
  const moment = { at, ...face };
  moments.push(moment);
  moments.splice(0, moments.length - MOMENTS);
  const [left, top] = map.center.map((middle) => middle - map.side / 2);
  moment.crop = canvas(CROP_PX, CROP_PX);
  moment.crop.getContext("2d").drawImage(
    shot, left, top, map.side, map.side, 0, 0, CROP_PX, CROP_PX,
  );
  const layer = new Image();
  layer.src = map.png;
  await layer.decode();
  moment.map = canvas(CROP_PX, CROP_PX);
  const pen = moment.map.getContext("2d");
  pen.drawImage(moment.crop, 0, 0);
  pen.globalAlpha = 0.75;
  pen.drawImage(layer, 0, 0, CROP_PX, CROP_PX);
  show();
};

document.addEventListener("yz-read", ({ detail: answer }) => {
  const at = Date.now() / 1000;
  const face = answer.faces.find((one) => one.chosen) ?? null;
  const last = seconds.at(-1);
  if (!last || Math.floor(at) > Math.floor(last.at)) {
    seconds.push({ at, emotion: face?.emotion ?? null, sure: face?.sure ?? false });
    seconds = seconds.filter((one) => at - one.at <= SECONDS);
    show();
  }
  if (face && answer.map && !(at - moments.at(-1)?.at < MOMENT_S))
    keepMoment(at, face, answer);
});

// --- What is shown ----------------------------------------------------------------------------
// Equal neighbours of the band, as one: from, to (s), emotion or null, sure.
const stretches = () => {
  const found = [];
  for (const one of seconds) {
    const last = found.at(-1);
    const same = last && last.emotion === one.emotion && last.sure === one.sure;
    if (same && one.at - last.to < 3) last.to = one.at + 1;
    else found.push({ ...one, from: one.at, to: one.at + 1 });
  }
  return found;
};

const drawBand = (found) => {
  const band = find("canvas.band");
  const pen = band.getContext("2d");
  pen.clearRect(0, 0, band.width, band.height);
  const now = seconds.at(-1).at + 1;
  const x = (at) => band.width * (1 - (now - at) / SECONDS);
  for (const one of found) {
    if (!one.emotion) continue;
    pen.fillStyle = colourOf(one.emotion);
    pen.globalAlpha = one.sure ? 1 : 0.35;
    pen.fillRect(x(one.from), 0, Math.ceil(x(one.to) - x(one.from)), band.height);
  }
  pen.globalAlpha = 1;
};

const textOf = (one) =>
  one.emotion === null ? words().nobody : one.sure ? nameOf(one.emotion) : words().unsure;

const drawTable = (found) => {
  const rows = find("tbody");
  rows.replaceChildren(...found.toReversed().map((one) => {
    const row = document.createElement("tr");
    for (const cell of [clock(one.from), textOf(one), Math.max(1, Math.round(one.to - one.from))])
      row.appendChild(document.createElement("td")).textContent = cell;
    return row;
  }));
};

const drawLegend = () => {
  const seen = [...new Set(seconds.flatMap((one) => (one.emotion ? [one.emotion] : [])))];
  const legend = find("ul.legend");
  if (legend.dataset.seen === seen.join() + words().percent) return;
  legend.dataset.seen = seen.join() + words().percent;
  legend.replaceChildren(...seen.map((emotion) => {
    const item = document.createElement("li");
    item.appendChild(document.createElement("i")).style.background = colourOf(emotion);
    item.append(nameOf(emotion));
    return item;
  }));
};

const drawMoments = () => {
  const strip = find(".moments");
  const ready = moments.filter((one) => one.map);
  for (const button of [...strip.children])
    if (!ready.some((one) => one.button === button)) button.remove();
  for (const one of ready) {
    if (!one.button) {
      one.button = document.createElement("button");
      one.button.type = "button";
      one.button.append(one.crop);
      one.button.addEventListener("click", () => choose(one === chosen ? null : one));
    }
    if (one.button.parentElement !== strip) strip.append(one.button);
    one.button.setAttribute("aria-label", `${clock(one.at)}: ${sentence(one)}`);
    one.button.setAttribute("aria-expanded", String(one === chosen));
    one.button.style.borderColor = one.sure ? colourOf(one.emotion) : "";
  }
};

const choose = (moment) => {
  chosen = moment;
  const room = find(".seen");
  room.hidden = !moment;
  if (moment) {
    find(".seen .when").textContent = `${clock(moment.at)}: ${sentence(moment)}`;
    const copy = (from) => {
      const into = canvas(CROP_PX, CROP_PX);
      into.getContext("2d").drawImage(from, 0, 0);
      return into;
    };
    find(".seen .pictures").replaceChildren(copy(moment.crop), copy(moment.map));
    find(".seen .numbers").replaceChildren(
      ...Object.entries(moment.shares).sort(([, a], [, b]) => b - a).map(([emotion, share]) => {
        const item = document.createElement("li");
        item.textContent = `${nameOf(emotion)} ${percent(share)}`;
        return item;
      }),
    );
  }
  drawMoments();
};

const show = () => {
  const ribbon = find(".yz-ribbon");
  ribbon.hidden = seconds.length === 0;
  if (ribbon.hidden) return;
  const found = stretches();
  drawBand(found);
  drawLegend();
  drawMoments();
  if (find("details").open) drawTable(found);
  if (chosen && find(".seen").hidden) choose(chosen);
};
// In another language the words are replaced, and what the script has drawn with them is gone.
new MutationObserver(() => seconds.length && find(".yz-ribbon")?.hidden && show())
  .observe(element, { childList: true, subtree: true });

const forget = () => {
  [seconds, moments] = [[], []];
  choose(null);
  show();
};

// --- A picture to keep or share ---------------------------------------------------------------
const written = (pen, line, y, size, weight = 400) => {
  pen.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  const room = PICTURE.width - 120;
  if (pen.measureText(line).width > room)
    pen.font = pen.font.replace(`${size}px`, `${Math.floor((size * room) / pen.measureText(line).width)}px`);
  pen.fillText(line, PICTURE.width / 2, y);
};

const picture = (moment) => {
  const sheet = canvas(PICTURE.width, PICTURE.height);
  const pen = sheet.getContext("2d");
  pen.fillStyle = "#f7f4ee";
  pen.fillRect(0, 0, sheet.width, sheet.height);
  [pen.fillStyle, pen.textAlign, pen.imageSmoothingQuality] = ["#1b2a2c", "center", "high"];
  written(pen, sentence(moment), 150, 64, 700);
  for (const [index, part] of [moment.crop, moment.map].entries())
    pen.drawImage(part, 60 + index * 490, 250, 470, 470);
  pen.fillStyle = "#efebe2";
  pen.fillRect(60, 800, 960, 120);
  const now = moment.at + 1;
  for (const one of stretches()) {
    if (!one.emotion || one.to < now - 60 || one.from > now) continue;
    const x = (at) => 60 + 960 * Math.min(1, Math.max(0, 1 - (now - at) / 60));
    pen.globalAlpha = one.sure ? 1 : 0.35;
    pen.fillStyle = colourOf(one.emotion);
    pen.fillRect(x(one.from), 800, Math.ceil(x(one.to) - x(one.from)), 120);
  }
  [pen.globalAlpha, pen.fillStyle] = [1, "#566668"];
  written(pen, words().minute_band, 980, 36);
  pen.fillStyle = "#1b2a2c";
  written(pen, words().no_feeling, 1110, 46, 700);
  pen.fillStyle = "#0b7570";
  written(pen, "Yuzug", 1260, 56, 700);
  return sheet;
};

const share = async () => {
  const blob = await new Promise((done) => picture(chosen).toBlob(done, "image/png"));
  const file = new File([blob], words().file, { type: "image/png" });
  if (navigator.canShare?.({ files: [file] }))
    return navigator.share({ files: [file] }).catch(() => {}); // the person thought better of it
  const link = document.createElement("a");
  [link.href, link.download] = [URL.createObjectURL(blob), file.name];
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

element.addEventListener("click", ({ target: pressed }) => {
  const action = pressed.closest("[data-ribbon]")?.dataset.ribbon;
  ({ forget, share, close: () => choose(null) })[action]?.();
});
element.addEventListener("toggle", () => seconds.length && drawTable(stretches()), true);
