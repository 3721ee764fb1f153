// The lesson in Live: which part of it is shown, the countdown, and what is sent to be learned.
const room = element.closest("#yz-live-panels");
const mine = window.yuzug.person;
const part = (name) => element.querySelector(`[data-part=${name}]`);
const button = (act) => element.querySelector(`[data-teach=${act}]`);
const words = () => JSON.parse(element.querySelector(".yz-teach").dataset.words);
// From the server a sentence comes in each language; from the gate before it, in the one of then.
const inLanguage = (sentence) => () => sentence[words().lang] ?? sentence;
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const RELAXED_MS = 3000;
const HELD_MS = 2000;
const READY_MS = 1500; // to make the face that was chosen
const GAP_MS = 600; // no two frames count as more
const GIVE_UP_MS = 15_000; // without a frame that counts,
const AT_MOST_MS = 60_000; // or with too few in one go, however slow the server is
const LEAST = 3; // frames of a held expression
const MOST = 24;
const UNKNOWN_MS = 700; // a face that is lost for a moment is not asked for

let phase = ""; // "" closed, choose, ready, take, send
let labels = []; // pairs of a label and its name, in the page's language
let neutral = "neutral";
let label = null; // what is being shown
// What it says stays while the page may change its language: each is null, or gives the sentence in
// the language of now.
let hint = null; // what the lesson says instead of its instruction
let message = null;
let refusal = null; // why the last frame was not read as taught
let pending = null; // what is begun once the camera runs
let corrected = null; // the label of a frozen frame that is taken
let opened = 0; // how often the camera was opened: each time, tracks are numbered from the start
let faces = [];
let unknownSince = null;
let examples = [];
let [heldMs, seenAt, beganAt, goodAt, track] = [0, 0, 0, 0, null];
let timer = null;

const camera = () => room.dataset.camera ?? "idle";
const isOn = () => camera() === "on";
const taught = () => Object.keys(mine.read()?.labels ?? {});
const nameOf = (one) => {
  if (one === (mine.read()?.neutral ?? neutral)) return words().relaxed;
  const bar = document.querySelector(`#yz-live-reading [data-explain="${CSS.escape(one)}"] .name`);
  return labels.find(([known]) => known === one)?.[1] ?? bar?.textContent ?? one;
};

// --- What is shown ----------------------------------------------------------------------------
const hide = (node, hidden) => {
  if (node.hidden !== hidden) node.hidden = hidden;
};
const write = (node, sentence) => {
  if (node.textContent !== sentence) node.textContent = sentence;
};

const render = () => {
  if (!part("offer")) return;
  const say = words();
  const person = mine.read();
  const running = ["ready", "take", "send"].includes(phase);
  const first = !person && phase === "choose";
  hide(part("offer"), Boolean(person) || phase !== "" || !["on", "frozen"].includes(camera()));
  hide(part("course"), phase === "");
  hide(part("count"), !running);
  hide(part("labels"), phase !== "choose" || first);
  hide(button("relax"), !first);
  hide(button("cancel"), phase === "send" || (!running && !first));
  hide(button("done"), running || first);
  hide(part("mine"), !person || phase !== "");
  const unknown = unknownSince !== null && performance.now() - unknownSince > UNKNOWN_MS;
  hide(part("whose"), !person || phase !== "" || mine.shows === "plain" || !unknown);
  const looks = label && nameOf(label);
  write(part("say"), hint?.()
    ?? (phase === "ready" ? fill(say.ready, { looks })
      : running && label !== neutral ? fill(say.hold, { looks })
        : first || running ? say.relax : say.choose));
  if (person)
    write(part("kept"), fill(say.kept, { labels: taught().map(nameOf).join(", ") }));
  write(part("message"), message?.() ?? "");
  for (const radio of element.querySelectorAll("[data-shows]"))
    radio.checked = radio.value === mine.shows;
  drawLabels();
  count();
};

const drawLabels = () => {
  const place = part("labels");
  const known = taught();
  const chips = labels.map(([one]) => [one, nameOf(one), known.includes(one)]);
  const drawn = JSON.stringify(chips);
  if (place.dataset.drawn === drawn) return;
  place.dataset.drawn = drawn;
  place.replaceChildren(...chips.map(([one, name, done]) => {
    const chip = document.createElement("button");
    Object.assign(chip, { type: "button", className: `yz-chip${done ? " chosen" : ""}` });
    chip.dataset.label = one;
    chip.textContent = `${done ? "✓ " : ""}${name}`;
    return chip;
  }));
};

const neededMs = () => (label === neutral ? RELAXED_MS : HELD_MS);
const count = () => {
  if (phase !== "ready" && phase !== "take") return;
  const [lasts, passed] = phase === "ready"
    ? [READY_MS, performance.now() - beganAt] : [neededMs(), heldMs];
  const left = Math.max(0, Math.ceil((lasts - passed) / 1000));
  write(part("count").querySelector("b"), String(left));
  const share = phase === "ready" ? 0 : Math.min(100, (100 * passed) / lasts);
  part("count").querySelector(".share").style.strokeDasharray = `${share.toFixed(0)} 100`;
};

// --- The lesson -------------------------------------------------------------------------------
const ask = () => {
  const lesson = { choose: "look", ready: "look", take: "take" }[phase] ?? null;
  mine.lesson = corrected === null ? lesson : "take";
};
const enter = (next, focus = null) => {
  phase = next;
  ask();
  clearInterval(timer);
  if (next === "ready" || next === "take") timer = setInterval(tick, 100);
  render();
  focus?.()?.focus();
};
const firstChip = () => {
  const known = taught();
  const chips = [...part("labels").querySelectorAll("button")];
  return chips.find((chip) => !known.includes(chip.dataset.label)) ?? chips[0] ?? button("done");
};

const begin = (one) => {
  [label, hint, message] = [one, null, null];
  beganAt = performance.now();
  enter(one === neutral ? "take" : "ready", () => button("cancel"));
  if (phase === "take") take();
};
const take = () => {
  seenAt = beganAt = goodAt = performance.now();
  [examples, heldMs, hint] = [[], 0, null];
  enter("take");
};
const tick = () => {
  const now = performance.now();
  const passed = now - beganAt;
  if (!isOn()) return stop(); // the camera went off
  if (phase === "ready" && passed > READY_MS) take();
  else if (phase === "take" && (now - goodAt > GIVE_UP_MS || passed > AT_MOST_MS))
    stop(hint ?? noAnswer);
  else count();
};
const noAnswer = () => words().no_answer;
const failed = (problem) => () => fill(words().failed, { problem: problem() });
const learned = (one) => () => fill(words().learned, { looks: nameOf(one) });
const stop = (problem = null) => {
  hint = problem && failed(problem);
  enter(isOn() ? "choose" : "", () => (mine.read() ? firstChip() : button("relax")));
};

// Null, or why nothing was learned.
const learn = async (lesson, picture = null) => {
  const answer = await mine.teach(lesson, picture).catch(() => ({}));
  if (answer.person) return null;
  return answer.refused ? inLanguage(answer.refused) : noAnswer;
};
const finish = async () => {
  const [one, kept, whose, during] = [label, examples, track, opened];
  enter("send");
  const problem = await learn({ label: one, examples: kept });
  if (problem) return stop(problem);
  if (during === opened) mine.is(whose);
  const goesOn = one === neutral || !isOn();
  hint = () => learned(one)() + (goesOn ? ` ${words().choose}` : "");
  enter(isOn() ? "choose" : "", firstChip);
};

const see = ({ teach, faces: seen, refused_person: refused }) => {
  faces = seen ?? [];
  const why = refused ? inLanguage(refused) : null;
  if (why || message === refusal) message = why;
  refusal = why;
  const known = mine.track !== null && faces.some((face) => face.track === mine.track);
  if (known || !faces.length) unknownSince = null;
  else unknownSince ??= performance.now();
  if (teach) {
    ({ labels, neutral } = teach);
    if (corrected !== null) return void learnFrozen(teach);
    if (phase === "take") takeFrame(teach);
  }
  render();
};
const takeFrame = ({ example, problem, track: whose }) => {
  const now = performance.now();
  const lapse = Math.min(now - seenAt, GAP_MS);
  seenAt = now;
  if (!example || (track !== whose && examples.length)) {
    [examples, heldMs] = [[], 0]; // held in one go, by one person
    hint = problem ? inLanguage(problem) : null;
    track = whose ?? null;
    return;
  }
  [hint, track, goodAt] = [null, whose, now];
  heldMs += lapse;
  if (examples.length < MOST) examples.push(example);
  if (heldMs >= neededMs() && examples.length >= LEAST) finish();
};

// What needs the camera waits until it runs.
const whenOn = (act) => {
  if (isOn()) return act();
  pending = act;
  const press = camera() === "frozen" ? "resume" : "start";
  room.querySelector(`[data-camera=${press}]`).click();
};

// A frozen picture is the one that was corrected; a live one has gone by, and is shown again.
addEventListener("yuzug-learn", ({ detail: { label: one, tab } }) => {
  if (tab !== "live") return;
  if (camera() !== "frozen") return whenOn(() => begin(one));
  [corrected, message] = [one, null];
  ask();
  dispatchEvent(new CustomEvent("yuzug-person")); // asks for the frozen frame once more
});
const learnFrozen = async ({ example, problem, track: whose }) => {
  const [one, during] = [corrected, opened];
  leaveFrozen();
  const refused = problem ? inLanguage(problem) : await learn({ label: one, examples: [example] });
  message = refused ?? learned(one);
  if (!refused && during === opened) mine.is(whose);
  render();
};
const leaveFrozen = () => {
  corrected = null;
  ask();
};
const failFrozen = () => {
  if (corrected === null) return;
  leaveFrozen();
  message = failed(noAnswer);
  render();
};

// --- What a visitor does ----------------------------------------------------------------------
const acts = {
  open: () => {
    [hint, message] = [null, null];
    whenOn(() => enter("choose", () => (mine.read() ? firstChip() : button("relax"))));
  },
  relax: () => begin(neutral),
  cancel: () => stop(),
  done: () => {
    hint = null;
    enter("", () => element.querySelector("[data-shows]:checked") ?? button("open"));
  },
  mine: () => {
    const face = faces.find((one) => one.chosen) ?? faces[0];
    if (!face) return;
    unknownSince = null;
    mine.is(face.track);
    element.querySelector("[data-shows]:checked")?.focus();
  },
  export: () => {
    const json = new Blob([JSON.stringify(mine.read())], { type: "application/json" });
    const link = document.createElement("a");
    [link.href, link.download] = [URL.createObjectURL(json), `${button("export").dataset.file}.json`];
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  },
  erase: () => {
    mine.erase();
    message = () => words().erased;
    render();
    element.querySelector("[data-part=offer] button")?.focus();
  },
};
element.addEventListener("click", ({ target }) => {
  const chip = target.closest("[data-label]");
  if (chip) return begin(chip.dataset.label);
  acts[target.closest("[data-teach]")?.dataset.teach]?.();
});
element.addEventListener("change", async ({ target }) => {
  const [file] = target.matches("[data-import]") ? target.files : [];
  if (!file) return;
  let person = {};
  try { person = JSON.parse(await file.text()) ?? {}; } catch { /* the server says what is wrong */ }
  target.value = "";
  message = (await learn({ person }))
    ?? (() => fill(words().imported, { labels: taught().map(nameOf).join(", ") }));
  render();
});
room.addEventListener("yz-read", ({ detail }) => see(detail));
room.addEventListener("yz-unread", failFrozen);
new MutationObserver(() => {
  if (["idle", "opening"].includes(camera())) {
    [faces, unknownSince, track] = [[], null, null];
    opened += 1;
    leaveFrozen();
    mine.is(null); // whoever comes next may be somebody else
    if (phase) enter("");
  } else if (isOn()) {
    failFrozen(); // no frame after this one may be learned in its place
    const act = pending;
    pending = null;
    act?.();
  } else if (!isOn()) pending = null; // the camera cannot be had
  render();
}).observe(room, { attributeFilter: ["data-camera"] });
addEventListener("yuzug-person", render);
watch("value", render); // in another language
window.yuzug.stayUnfolded(element);
render();
