// The owner of every camera on the page, and the Live tab's script: it shows the camera's own
// video, sends small frames one at a time, and draws boxes that follow the face between answers.
const room = element.closest("#yz-live-panels");
const find = (selector) => room.querySelector(selector);
const words = () => JSON.parse(find(".yz-camera").dataset.words);

const PATIENT_MS = 300; // a permission question is mentioned after that
const STALLED_MS = 4000; // without an answer for so long, the page says that it waits
const HIDE_AFTER_MS = 1200; // an older box may be anywhere
const PREDICT_MS = 250; // a face goes on as it moved for that long
const SLOW_LINE_MS = 250; // above this the frames get smaller,
const LONG_LINE_MS = 60; // above this two are on the way at a time
const SIZES = [{ side: 480, quality: 0.7 }, { side: 320, quality: 0.6 }, { side: 240, quality: 0.5 }];
const EVERY_MS = 50;
const MAP_PX = 288;
const TROUBLE = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing" };

// --- Every camera of the page -----------------------------------------------------------------
// The Photo tab's camera is Gradio's; its streams are known here, so that none runs unseen.
const ask = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
const stopTracks = (stream) => stream?.getTracks().forEach((track) => track.stop());
const others = new Set();
const pickerSeen = () =>
  !document.hidden && document.querySelector("#yz-picker")?.offsetParent != null;
if (ask)
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const trouble = (name) =>
      document.dispatchEvent(new CustomEvent("yz-camera-trouble", { detail: name }));
    const stream = await ask(wanted).catch((error) => {
      trouble(TROUBLE[error.name] ?? "unavailable");
      throw error;
    });
    trouble("");
    others.add(stream);
    stopUnseen();
    return stream;
  };
const stopUnseen = () => {
  for (const stream of others) {
    if (!pickerSeen()) stopTracks(stream);
    if (!stream.active) others.delete(stream);
  }
};

// --- State ------------------------------------------------------------------------------------
let state = "idle"; // idle opening on frozen, or a trouble
let round = 0; // what belongs to an earlier opening is void
let facing = "user";
let stream = null;
let several = false;
let waiting = false;
let comeBack = false; // the page was hidden while the camera ran or was about to
let aborted = null;
let pumping = null; // sends frames while the camera runs
let heatShown = false; // the map lies over the video

const BUTTONS = {
  on: ["freeze", "heat", "flip", "stop"], frozen: ["resume", "heat", "stop"], opening: ["stop"],
};
const show = () => {
  const say = words();
  const bar = find(".yz-camera");
  room.dataset.camera = state;
  const troubled = state in say && !["opening", "frozen"].includes(state);
  for (const button of bar.querySelectorAll("[data-camera]")) {
    const action = button.dataset.camera;
    const shown = (BUTTONS[state] ?? ["start"]).includes(action);
    button.hidden = !shown || (action === "flip" && !several);
    if (action === "start") button.textContent = troubled ? say.again : say.start;
    if (action === "heat") button.setAttribute("aria-pressed", String(heatShown));
  }
  const slow = state === "on" && size > 0;
  const message = troubled ? say[state]
    : state === "on" && waiting ? say.waiting : slow ? say.slow : patient ? say.opening : "";
  if (bar.firstElementChild.textContent !== message) bar.firstElementChild.textContent = message;
  const badge = bar.querySelector(".yz-badge");
  badge.hidden = !(state === "on" || state === "frozen");
  badge.className = `yz-badge ${state === "frozen" ? "frozen" : "live"}`;
  badge.textContent = state === "frozen" ? say.frozen : say.live;
  find("canvas.still").hidden = state !== "frozen";
};

let patient = false;
// The reading keeps its height while the camera runs: on a phone, what stands below it would jump
// each time a face is lost and found.
let held = [0, 0]; // width and height
const letGo = () => {
  held = [0, 0];
  room.style.removeProperty("--yz-held");
};
new ResizeObserver(([{ target: { offsetWidth: width, offsetHeight: height } }]) => {
  if (width !== held[0]) letGo();
  if ((state !== "on" && state !== "frozen") || height <= held[1]) return;
  held = [width, height];
  room.style.setProperty("--yz-held", `${height}px`);
}).observe(find("#yz-live-reading"));
document.addEventListener("change", (event) => event.target.closest?.("#yz-selectors") && letGo());

const enter = (next) => {
  state = next;
  if (next !== "on" && next !== "frozen") letGo();
  patient = false;
  show();
};

const close = (next = "idle") => {
  round += 1;
  const ran = stream !== null;
  stopTracks(stream);
  stream = null;
  clearInterval(pumping);
  aborted?.abort();
  onTheWay = 0;
  find("video").srcObject = null;
  faces.clear();
  heat = null;
  find("svg.boxes").replaceChildren();
  const focused = find(".yz-camera").contains(document.activeElement);
  enter(next);
  if (focused) find("[data-camera=start]").focus();
  if (ran) trigger("camera", { state: "off" });
};

const open = async () => {
  if (state === "opening" || state === "on" || state === "frozen") return;
  const mine = (round += 1);
  if (!window.isSecureContext || !ask) return enter("insecure");
  enter("opening");
  setTimeout(() => {
    if (mine !== round || state !== "opening") return;
    patient = true;
    show();
  }, PATIENT_MS);
  let fresh;
  try {
    const video = { facingMode: facing, width: { ideal: 1280 }, height: { ideal: 720 } };
    fresh = await ask({ video });
  } catch (error) {
    if (mine === round) enter(TROUBLE[error.name] ?? "unavailable");
    return;
  }
  if (mine !== round) return stopTracks(fresh);
  // Nobody looks any more: nobody is filmed. Who comes back to the page wanted the camera.
  if (document.hidden || !element.offsetParent) {
    comeBack = document.hidden;
    return stopTracks(fresh), close();
  }
  stream = fresh;
  const [track] = fresh.getVideoTracks();
  track.addEventListener("ended", () => mine === round && close("unavailable"));
  const video = find("video");
  video.srcObject = fresh;
  video.classList.toggle("mirrored", facing === "user");
  await video.play().catch(() => {});
  if (mine !== round) return;
  aborted = new AbortController();
  [onTheWay, answeredAt, waiting, target, picked] = [0, performance.now(), false, null, null];
  enter("on");
  pumping = setInterval(pump, 15);
  startDrawing();
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  several = devices.filter((device) => device.kind === "videoinput").length > 1;
  if (mine === round) show();
};

// The frame that was read last, over the video, so that boxes and words are of what is seen.
const drawStill = () => {
  const still = find("canvas.still");
  [still.width, still.height] = [lastShot.width, lastShot.height];
  still.getContext("2d").drawImage(lastShot, 0, 0);
};

const actions = {
  start: open,
  stop: () => close(),
  freeze: () => {
    if (!lastShot) return;
    drawStill();
    find("video").pause();
    enter("frozen");
    startDrawing();
    find("[data-camera=resume]").focus();
  },
  resume: () => {
    find("video").play().catch(() => {});
    answeredAt = performance.now();
    enter("on");
    find("[data-camera=freeze]").focus();
  },
  heat: () => {
    heatShown = !heatShown;
    show();
    startDrawing();
  },
  flip: () => {
    facing = facing === "user" ? "environment" : "user";
    close();
    open();
  },
};

// --- Frames to the server ---------------------------------------------------------------------
let onTheWay = 0;
let sentAt = 0;
let answeredAt = 0;
let lineMs = 0; // a frame's time on the line, both ways, as a running mean
let serial = 0;
let drawn = 0; // the newest frame whose answer was drawn
let size = 0; // index into SIZES
let target = null;
let picked = null;
let lastShot = null;
const pool = [];

const grab = () => {
  const video = find("video");
  if (!video.videoWidth) return null;
  const { side } = SIZES[size];
  const scale = Math.min(1, side / Math.max(video.videoWidth, video.videoHeight));
  const shot = pool.pop() ?? document.createElement("canvas");
  shot.width = Math.round(scale * video.videoWidth);
  shot.height = Math.round(scale * video.videoHeight);
  const pen = shot.getContext("2d", { willReadFrequently: true });
  if (facing === "user") pen.setTransform(-1, 0, 0, 1, shot.width, 0);
  pen.drawImage(video, 0, 0, shot.width, shot.height);
  return shot;
};

const call = async (shot, still) => {
  const root = window.gradio_config.root.replace(/\/$/, "");
  const options = JSON.stringify({ track: picked, target, still, ...window.yuzug.person.asks() });
  const data = [shot.toDataURL("image/jpeg", SIZES[size].quality), options, null, null];
  const answer = await fetch(`${root}/gradio_api/run/frame`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data, session_hash: window.__gradio_session_hash__ }),
    signal: aborted?.signal,
  });
  const body = await answer.json();
  if (!answer.ok) return { full: answer.status === 503, refused: body.error ?? body.detail };
  return body.data[0] ?? {};
};

const send = async (shot, still = false) => {
  const [mine, number, at] = [round, (serial += 1), performance.now()];
  sentAt = at;
  onTheWay += 1;
  let answer;
  try {
    answer = await call(shot, still);
  } catch {
    answer = null; // the line is gone; the next frame tries again
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (mine !== round) return;
  onTheWay -= 1;
  if (still && !answer?.faces) room.dispatchEvent(new CustomEvent("yz-unread"));
  if (answer === null) return;
  if (answer.full) await new Promise((resolve) => setTimeout(resolve, 1000));
  else answeredAt = performance.now();
  if (mine !== round) return;
  if (answer.ms && !still) adapt(performance.now() - at - answer.ms);
  if (number > drawn) {
    drawn = number;
    if (lastShot && lastShot !== shot) pool.push(lastShot);
    lastShot = shot;
    apply(answer, shot, at);
  } else if (pool.length < 3) pool.push(shot);
};

const adapt = (ms) => {
  lineMs += 0.2 * (ms - lineMs);
  const before = size;
  if (lineMs > SLOW_LINE_MS && size < SIZES.length - 1) size += 1;
  else if (lineMs < SLOW_LINE_MS / 3 && size > 0) size -= 1;
  if (size !== before) {
    lineMs = SLOW_LINE_MS / 2; // see first what the new size does
    show();
  }
};

const pump = () => {
  if (state !== "on" || document.hidden) return;
  const now = performance.now();
  const stalled = now - answeredAt > STALLED_MS;
  if (stalled !== waiting) {
    waiting = stalled;
    show();
  }
  if (onTheWay >= (lineMs > LONG_LINE_MS ? 2 : 1) || now - sentAt < EVERY_MS) return;
  const shot = grab();
  if (shot) send(shot);
};

// --- What came back ---------------------------------------------------------------------------
const faces = new Map(); // by track: where it was, how it moves (frame pixels a millisecond)
const part = (name) => window.yuzug.parts?.[`yz-live-${name}`];

const apply = (answer, shot, at) => {
  if (answer.refused || answer.notice) {
    const note = document.createElement("div");
    note.className = "yz-notice error";
    note.setAttribute("role", "alert");
    note.textContent = answer.refused ?? "";
    if (part("reading")) part("reading").value = answer.notice ?? note.outerHTML;
    return;
  }
  if (!answer.faces) return;
  const gone = new Set(faces.keys());
  for (const face of answer.faces) {
    const old = faces.get(face.track);
    const lapse = old ? at - old.at : 0;
    const speed = lapse > 0 && lapse < 1000
      ? face.box.map((value, i) => 0.5 * old.speed[i] + (0.5 * (value - old.box[i])) / lapse)
      : [0, 0, 0, 0];
    faces.set(face.track, { ...face, at, speed, group: old?.group });
    gone.delete(face.track);
  }
  for (const track of gone) {
    faces.get(track).group?.remove();
    faces.delete(track);
  }
  const boxes = find("svg.boxes");
  boxes.setAttribute("viewBox", `0 0 ${answer.size[0]} ${answer.size[1]}`);
  if (state === "frozen") drawStill();
  for (const [name, html] of Object.entries(answer.html)) {
    const shown = part(name === "heat_words" ? "heat-words" : name);
    if (shown && shown.value !== html) shown.value = html;
  }
  heat = answer.map && { ...answer.map, track: answer.faces.find((face) => face.chosen)?.track };
  drawMap(answer.map, shot);
  room.dispatchEvent(new CustomEvent("yz-read", { bubbles: true, detail: { ...answer, shot } }));
  if (answer.advised) trigger("advised", {});
};

const drawMap = async (map, shot) => {
  const canvas = find("canvas.yz-live-map");
  room.classList.toggle("mapped", Boolean(map));
  canvas.hidden = !map;
  if (!map) return;
  const layer = new Image();
  layer.src = map.png;
  await layer.decode();
  if (shot !== lastShot) return; // overtaken
  canvas.width = canvas.height = MAP_PX;
  const pen = canvas.getContext("2d");
  const [left, top] = map.center.map((middle) => middle - map.side / 2);
  pen.drawImage(shot, left, top, map.side, map.side, 0, 0, MAP_PX, MAP_PX);
  pen.globalAlpha = 0.75;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(layer, 0, 0, MAP_PX, MAP_PX);
  pen.globalAlpha = 1;
};

let heat = null; // the newest map, over a square of the frame that was read, and whose face it is
const SVG = "http://www.w3.org/2000/svg";
const groupOf = (face) => {
  if (face.group?.isConnected) return face.group;
  const group = document.createElementNS(SVG, "g");
  for (const name of ["halo", "line"]) {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", name);
    group.append(rect);
  }
  group.append(document.createElementNS(SVG, "text"));
  group.dataset.track = face.track;
  find("svg.boxes").append(group);
  return (face.group = group);
};

// Writes what changed; an attribute that is written costs a style and a layout.
const write = (node, values) => {
  const written = (node.written ??= {});
  for (const name in values)
    if (written[name] !== values[name]) node.setAttribute(name, (written[name] = values[name]));
};

// The map goes with its face, as far as that moved since, and fades as it grows old.
const drawHeat = (boxes, now, frozen) => {
  let layer = boxes.querySelector("image");
  const face = heatShown && heat ? faces.get(heat.track) : null;
  if (!face) return void layer?.remove();
  if (!layer) {
    layer = document.createElementNS(SVG, "image");
    boxes.prepend(layer);
  }
  const age = frozen ? 0 : now - face.at;
  const ahead = Math.min(age, PREDICT_MS);
  const grown = 1 + (ahead * face.speed[2]) / face.box[2];
  const side = grown * heat.side;
  const [left, top] = [0, 1].map((i) => {
    const [at, length] = [face.box[i], face.box[i + 2]];
    const middle = at + length / 2 + ahead * (face.speed[i] + face.speed[i + 2] / 2);
    return middle + grown * (heat.center[i] - at - length / 2) - side / 2;
  });
  write(layer, {
    href: heat.png,
    x: left.toFixed(1), y: top.toFixed(1), width: side.toFixed(1), height: side.toFixed(1),
    opacity: (0.75 * Math.max(0, 1 - Math.max(0, age - PREDICT_MS) / HIDE_AFTER_MS)).toFixed(2),
  });
};

// The middle of a face's words: above its box or below it, where no other words are, in the frame.
const wordsAt = (words, [x, y, w, h], high, view, taken) => {
  const half = 0.29 * high * words.length;
  const middle = Math.min(Math.max(x + w / 2, half), Math.max(half, view.width - half));
  const rows = [y - 0.7 * high, y + h + 0.8 * high]
    .filter((row) => row > 0.6 * high && row < view.height - 0.6 * high);
  const row = rows.find((one) => taken.every(([at, length, other]) =>
    Math.abs(at - middle) > half + length || Math.abs(other - one) > high));
  return [middle, half, row ?? (taken.length ? null : (rows[0] ?? y + high))];
};

// Once a frame of the video, for as long as this opening of the camera lasts: a box need not move
// more often than the face under it. A frozen video has no frames.
let drawing = 0; // the newest loop
const startDrawing = () => drawBoxes(round, (drawing += 1));
const drawBoxes = (mine, loop) => {
  if (mine !== round || loop !== drawing) return;
  const now = performance.now();
  const frozen = state === "frozen";
  const boxes = find("svg.boxes");
  const view = boxes.viewBox.baseVal;
  const high = 0.05 * Math.max(view.width, view.height);
  const px = (value) => Math.max(0, value).toFixed(1);
  drawHeat(boxes, now, frozen);
  const taken = []; // where words stand: middle, half their length, row
  const chosenFirst = [...faces.values()].sort((one, other) => other.chosen - one.chosen);
  for (const face of chosenFirst) {
    const age = now - face.at;
    const group = groupOf(face);
    // The chosen face lies on top, so that no other frame crosses its words.
    if (face.chosen && group.nextElementSibling) group.parentNode.append(group);
    const ahead = frozen ? 0 : Math.min(age, PREDICT_MS);
    const [x, y, w, h] = face.box.map((value, i) => value + ahead * face.speed[i]);
    write(group, {
      class: `yz-frame${face.chosen ? " chosen" : ""}${face.sure ? "" : " unsure"}`,
      style: !frozen && age > HIDE_AFTER_MS ? "display: none" : "",
    });
    const [halo, line, label] = group.children;
    const box = { x: px(x), y: px(y), width: px(w), height: px(h), rx: px(0.16 * w) };
    write(halo, box);
    write(line, box);
    const words = faces.size > 1 ? `${face.number} · ${face.label}` : face.label;
    if (label.textContent !== words) label.textContent = words;
    const [middle, half, row] = wordsAt(words, [x, y, w, h], high, view, taken);
    if (row !== null) taken.push([middle, half, row]);
    write(label, {
      "font-size": px(high),
      x: px(middle),
      y: px(row ?? 0),
      visibility: row === null ? "hidden" : "visible",
    });
  }
  const video = find("video");
  const again = () => drawBoxes(mine, loop);
  if (!frozen && video.requestVideoFrameCallback) video.requestVideoFrameCallback(again);
  else requestAnimationFrame(again);
};

// --- What a visitor does ----------------------------------------------------------------------
const resend = () => state === "frozen" && lastShot && send(lastShot, true);

room.addEventListener("click", ({ target: pressed }) => {
  const button = pressed.closest("[data-camera]");
  if (button && button !== room) return void actions[button.dataset.camera]?.();
  const bar = pressed.closest("[data-explain]");
  if (bar) {
    target = target === bar.dataset.explain ? null : bar.dataset.explain;
    return void resend();
  }
  const person = pressed.closest("[data-track]");
  if (person?.dataset.track) {
    picked = Number(person.dataset.track);
    resend();
  }
});

addEventListener("yuzug-person", resend); // what was taught changed, or which result is shown
document.addEventListener("visibilitychange", () => {
  stopUnseen();
  if (document.hidden && stream) {
    comeBack = state !== "frozen";
    close();
  } else if (!document.hidden && comeBack && element.offsetParent) {
    comeBack = false;
    open();
  }
});
addEventListener("pagehide", () => { if (stream) close(); others.forEach(stopTracks); });
// Leaving the tab turns the cameras off.
new ResizeObserver(() => {
  if (!element.offsetParent && (stream || state === "opening")) close();
}).observe(element);
setInterval(stopUnseen, 250);
watch("value", () => {
  show(); // in another language
  resend();
});
show();
