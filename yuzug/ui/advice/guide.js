// The player that leads through an activity: how it is now, one step at a time with a timer, a
// breathing pacer, a counter or a text box beside it, and how it is then. What is written stays here.
(() => {
  const WORDS = JSON.parse(document.getElementById("yz-guide-words").textContent);
  const TICK_MS = 200;
  const RATINGS = [1, 2, 3, 4, 5];
  const runs = new Map();  // by activity: who closes the player finds everything as it was

  const say = (name, values = {}) =>
    WORDS[document.documentElement.lang][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  const make = (tag, className = "", text = "", options = {}) => {
    const made = Object.assign(document.createElement(tag), { className, ...options });
    if (text) made.textContent = text;
    return made;
  };
  const button = (className, text, press) => {
    const made = make("button", className, text, { type: "button" });
    made.addEventListener("click", press);
    return made;
  };

  // Milliseconds that have run, by a clock that nobody sets: timers are slowed in a tab behind.
  const stopwatch = () => {
    let ran = 0, since = null;
    return {
      get running() { return since !== null; },
      get ms() { return ran + (since === null ? 0 : performance.now() - since); },
      start() { since ??= performance.now(); },
      pause() { [ran, since] = [this.ms, null]; },
      reset() { [ran, since] = [0, null]; },
    };
  };

  // Planned ahead on the clock of the sound, so that it comes in time in the background too.
  const chime = () => {
    let context = null;
    return {
      plan(afterS) {
        context = new AudioContext();
        const at = context.currentTime + afterS;
        const [tone, volume] = [context.createOscillator(), context.createGain()];
        tone.frequency.value = 528;
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.12, at + 0.05);
        volume.gain.exponentialRampToValueAtTime(0.0001, at + 1.6);
        tone.connect(volume).connect(context.destination);
        tone.start(at);
        tone.stop(at + 1.7);
      },
      cancel() {
        context?.close();
        context = null;
      },
    };
  };

  // What runs by the clock: a watch with Start, Pause, Start over; draw() is called at each tick.
  const runner = (part, { ms, over, draw, announce, began = () => {}, halted = () => {} }) => {
    const watch = stopwatch();
    let ticking = null, ended = false;
    const go = button("yz-button main", say("run"), () => (watch.running ? pause() : start()));
    const restart = button("yz-link", say("restart"), () => {
      halt();
      watch.reset();
      ended = false;
      show();
      go.focus();
    });
    const show = () => {
      const begun = watch.ms > 0;
      go.hidden = ended;
      go.textContent = say(watch.running ? "pause" : begun ? "resume" : "run");
      restart.hidden = !begun;
      draw(Math.min(watch.ms, ms), { running: watch.running, begun, ended });
    };
    const tick = () => {
      if (watch.ms >= ms) {
        ended = true;
        watch.pause();
        clearInterval(ticking);
        announce(over);
        if (document.activeElement === go) setTimeout(() => restart.focus());
      }
      show();
    };
    const start = () => {
      watch.start();
      ticking = setInterval(tick, TICK_MS);
      began((ms - watch.ms) / 1000);
      show();
    };
    const halt = () => {
      watch.pause();
      clearInterval(ticking);
      halted();
    };
    const pause = () => {
      halt();
      announce(say("paused"));
      show();
    };
    document.addEventListener("visibilitychange", () => watch.running && tick());
    const row = make("div", "row");
    row.append(go, restart);
    part.append(row);
    show();
    return {
      pause: () => watch.running && pause(),
      get leftS() { return watch.running ? (ms - watch.ms) / 1000 : null; },
    };
  };

  const clock = (ms) => {
    const seconds = Math.ceil(ms / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };

  const tools = {
    steps: () => null,

    timer({ seconds }, announce) {
      const part = make("div", "tool timer");
      const face = make("p", "clock", "", { role: "timer" });
      const bar = make("progress", "", "", { max: seconds * 1000 });
      bar.ariaHidden = "true";
      const sound = make("input", "", "", { type: "checkbox" });
      const label = make("label", "sound");
      label.append(sound, say("sound"));
      part.append(face, bar);
      const tone = chime();
      let minutes = null;
      const run = runner(part, {
        ms: seconds * 1000,
        over: say("timer_over"),
        announce,
        began: (leftS) => sound.checked && tone.plan(leftS),
        halted: () => tone.cancel(),
        draw(ms, { running, ended }) {
          const left = seconds * 1000 - ms;
          face.textContent = ended ? say("timer_over") : clock(left);
          bar.value = ms;
          const now = Math.ceil(left / 60000);
          if (running && minutes !== null && now !== minutes && now > 0)
            announce(say("left", { minutes: now }));
          minutes = now;
        },
      });
      sound.addEventListener("change", () => {
        tone.cancel();
        if (sound.checked && run.leftS !== null) tone.plan(run.leftS);
      });
      part.append(label);
      return { part, pause: run.pause };
    },

    breath({ in_s, hold_s, out_s, rounds }, announce) {
      const part = make("div", "tool breath");
      const ring = make("div", "ring");
      const phase = make("p", "phase", "", { ariaLive: "polite" });
      const left = make("p", "left");
      left.ariaHidden = "true";
      const round = make("p", "round");
      ring.append(make("i"));
      part.append(ring, phase, left, round);
      const phases = [["in", in_s], ["hold", hold_s], ["out", out_s]].filter(([, s]) => s > 0);
      const cycle = in_s + hold_s + out_s;
      const tell = (element, text) => {  // a live region is read aloud whenever it is written
        if (element.textContent !== text) element.textContent = text;
      };
      const run = runner(part, {
        ms: cycle * rounds * 1000,
        over: say("breath_over"),
        announce,
        draw(ms, { running, begun, ended }) {
          let rest = (ms / 1000) % cycle;
          const [name, length] = phases.find(([, s]) => rest < s || void (rest -= s)) ?? phases[0];
          ring.dataset.phase = running ? name : "";
          ring.style.setProperty("--length", `${length}s`);
          tell(phase, ended ? say("breath_over") : running ? say(name) : begun ? "" : say("ready"));
          tell(left, running ? String(Math.ceil(length - rest)) : "");
          const number = Math.min(Math.floor(ms / 1000 / cycle) + 1, rounds);
          tell(round, say("round", { round: number, rounds }));
        },
      });
      return { part, pause: run.pause };
    },

    count({ counts }, announce) {
      const part = make("div", "tool count");
      const what = make("p", "what");
      const dots = make("p", "number");
      let [at, done] = [0, 0];
      const show = () => {
        const over = at === counts.length;
        const { times, what: name } = counts[Math.min(at, counts.length - 1)];
        what.textContent = over ? say("count_over") : `${times} ${name}`;
        dots.textContent = over ? "✓" : `${done} / ${times}`;
        more.disabled = over;
        back.hidden = at === 0 && done === 0;
      };
      const more = button("yz-button main", say("count_more"), () => {
        done += 1;
        if (done === counts[at].times) {
          [at, done] = [at + 1, 0];
          announce(at === counts.length ? say("count_over") : `${counts[at].times} ${counts[at].what}`);
        } else announce(`${done} / ${counts[at].times}`);
        show();
        if (more.disabled) back.focus();
      });
      const back = button("yz-link", say("count_back"), () => {
        if (done > 0) done -= 1;
        else [at, done] = [at - 1, counts[at - 1].times - 1];
        show();
        announce(`${done} / ${counts[at].times}`);
        if (back.hidden) more.focus();
      });
      const row = make("div", "row");
      row.append(more, back);
      part.append(what, dots, row);
      show();
      return { part, pause() {} };
    },

    write({ prompt }, announce) {
      const part = make("div", "tool write");
      const label = make("label", "prompt", prompt, { htmlFor: "yz-guide-text" });
      const box = make("textarea", "", "", { id: "yz-guide-text", rows: 5, spellcheck: true });
      const copy = button("yz-link", say("copy"), async () => {
        box.select();
        try {
          await navigator.clipboard.writeText(box.value);
        } catch {  // a page without https may not; the text is selected
          return;
        }
        announce(say("copied"));
      });
      const row = make("div", "row");
      row.append(make("small", "", say("write_note")), copy);
      part.append(label, box, row);
      return { part, pause() {} };
    },
  };

  const begin = (key, activity, tell) => {
    const dialog = make("dialog", "yz-guide");
    dialog.setAttribute("aria-labelledby", "yz-guide-title");
    const status = make("p", "yz-sr", "", { ariaLive: "polite" });
    const announce = (text) => { status.textContent = text; };
    const tool = tools[activity.guide](activity.data, announce);
    const count = activity.steps.length;
    const run = { screen: 0, before: null, finished: false };

    const close = button("close", "×", () => dialog.close());
    close.ariaLabel = say("close");
    const header = make("header");
    header.append(make("h2", "", activity.title, { id: "yz-guide-title" }), close);
    const place = make("p", "place");
    const step = make("p", "step");
    const rating = make("div", "rating", "", { role: "group" });
    const back = button("yz-button", say("back"), () => go(run.screen - 1));
    const next = button("yz-button main", "", () => (run.screen > count ? finish(null) : go(run.screen + 1)));
    const footer = make("footer");
    footer.append(back, next);
    dialog.append(header, place, step, rating, ...(tool ? [tool.part] : []), footer, status);

    for (const value of RATINGS) {
      const one = button("", "", () => {
        if (run.screen > count) return finish(value);
        run.before = value;
        go(1);
      });
      one.dataset.rating = value;
      one.append(make("b", "", String(value)), make("span", "", say(`scale_${value}`)));
      rating.append(one);
    }

    // Screen 0 asks, then there is one for each step, and the last asks again.
    const go = (screen) => {
      run.screen = screen;
      const asks = screen === 0 || screen > count;
      const question = asks ? say(screen === 0 ? "ask_before" : "ask_after") : "";
      place.textContent = asks ? "" : say("step", { step: screen, steps: count });
      step.textContent = asks ? question : activity.steps[screen - 1];
      rating.hidden = !asks;
      rating.ariaLabel = question;
      for (const one of rating.children)
        one.ariaPressed = String(screen === 0 && run.before === Number(one.dataset.rating));
      if (tool) tool.part.hidden = asks;
      back.hidden = screen === 0;
      next.textContent = say(asks ? "skip" : screen === count ? "finish" : "next");
      next.classList.toggle("main", !asks);
      announce([place.textContent, step.textContent].filter(Boolean).join(". "));
      if (asks) {
        tool?.pause();
        rating.children[0].focus();
      } else if (!footer.contains(document.activeElement) || document.activeElement.hidden) next.focus();
    };

    const finish = (after) => {
      runs.delete(key);
      run.finished = true;
      dialog.close();
      tell("finish", { id: activity.id, before: run.before, after });
    };
    dialog.addEventListener("close", () => {
      tool?.pause();
      dialog.remove();
      if (!run.finished) tell("close", { id: activity.id });
      const starts = document.querySelectorAll(`[data-id="${activity.id}"] [data-act=start]`);
      [...starts].find((one) => one.offsetParent)?.focus();
    });
    return {
      open() {
        document.querySelector(".gradio-container .contain").append(dialog);
        dialog.showModal();
        go(run.screen);
      },
    };
  };

  window.yuzug.guide = (card, tell) => {
    const activity = { id: card.dataset.id, ...JSON.parse(card.dataset.guide) };
    const key = `${activity.id} ${card.dataset.guide}`;
    if (!runs.has(key)) runs.set(key, begin(key, activity, tell));
    tell("open", { id: activity.id });
    runs.get(key).open();
  };
})();
