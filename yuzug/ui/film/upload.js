// Part of the Video tab's script: a clip is sent to the server, and its progress is shown.
const POLL_MS = 500;
const PATIENCE = 20; // answers that may fail one after another, before the line is called lost

// --- A clip to the server ---------------------------------------------------------------------
let round = 0; // what belongs to an earlier clip is void
let work = null; // { phase, … } while a clip is on its way or read
let outcome = { message: null, trouble: null };
let pending = null; // the address of the file, until it is shown
let dropped = Promise.resolve(true); // whether the server has nothing more of the clip before
let readFor = null; // the model of what was taught, while a clip is read for its owner

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

// Ends a clip on the server, whether it is read or what was read in it has come.
const drop = () => {
  const sent = ask("film_cancel", [null], { signal: AbortSignal.timeout(10_000) });
  return (dropped = sent.then(() => true, () => false));
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
    sent.setRequestHeader("Accept-Language", lang());
    sent.responseType = "json";
    sent.upload.onprogress = ({ loaded, total }) => {
      if (mine === round) show({ phase: "sending", share: loaded / total, abort: () => sent.abort() });
    };
    sent.onload = () =>
      resolve(sent.status === 200 ? { path: sent.response[0] } : { refused: sent.response?.detail });
    sent.onerror = () => resolve({ lost: true });
    sent.send(form);
  });

// What the server refuses before it looks at a clip, it says in the language of then alone.
const refusalOf = (sentence) => {
  const its = lang();
  return () => (lang() === its ? sentence : null);
};
const trouble = (words) => end({ trouble: words });
const end = (now) => {
  work = null;
  outcome = { message: null, trouble: null, ...now };
  drawWork();
};
const show = (now) => {
  work = now;
  outcome = { message: null, trouble: null };
  drawWork();
};

// ``theirs`` is what the visitor taught of their face, to which model, and which track that is.
const choose = async (file, theirs = {}) => {
  const mine = (round += 1);
  work?.abort?.();
  readFor = theirs.person ? theirs.model : null;
  const { limits } = texts();
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
  if (!path) return trouble(refused ? refusalOf(refused) : () => say("lost"));
  const given = { file: { path, orig_name: file.name }, ...theirs };
  if (!(await dropped)) await drop(); // or it would end this one, or its result be shown for it
  if (mine !== round) return;
  const answer = await ask("film_read", [given, null]).catch(() => null);
  await follow(mine, { url, file, taught: theirs.person ?? null }, answer);
};

const follow = async (mine, sent, answer) => {
  for (let failed = 0; mine === round; ) {
    if (answer === null && (failed += 1) > PATIENCE) return trouble(() => say("lost"));
    if (answer !== null) {
      failed = 0;
      if (answer.refused !== undefined) return trouble(refusalOf(answer.refused));
      if (answer.notices || answer.state === "done") drop();
      if (answer.notices) return end({ notices: answer.notices });
      if (answer.state === "none") return trouble(() => say("lost"));
      if (answer.state === "done") {
        end({ message: () => say("done") });
        return open(answer.film, sent);
      }
      show({ phase: answer.state, ...answer });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (mine === round) answer = await ask("film_progress", [null]).catch(() => null);
  }
};

const stopWork = () => {
  round += 1;
  work?.abort?.();
  drop();
  end({ message: () => say("cancelled") });
};
const cancel = () => {
  stopWork();
  source().querySelector("input[type=file]").focus();
};

const drawWork = () => {
  const progress = source().querySelector(".yz-film-progress");
  progress.hidden = work === null;
  source().classList.toggle("working", work !== null);
  source().classList.toggle("shown", film !== null);
  source().querySelector(".yz-film-message").textContent = outcome.message?.() ?? "";
  const wrong = source().querySelector(".yz-film-trouble");
  const troubles = outcome.trouble?.();
  if (outcome.notices) wrong.innerHTML = outcome.notices[lang()];
  else if (troubles)
    wrong.replaceChildren(
      make("div", { className: "yz-notice error" }, make("strong", {}, troubles)),
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
