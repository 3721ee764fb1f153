// "Show surprise": a ring closes while an expression is held, in any order; no score is kept.
const HOLD_MS = 2000;
const LOST_MS = 400; // a single reading that says otherwise does not open the ring
const find = (selector) => element.querySelector(selector);
const words = () => JSON.parse(find(".yz-game").dataset.words);
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

let wanted = null; // the label to show
let heldMs = 0;
let readAt = 0;
let lostAt = null;

const say = (sentence) => {
  const message = find(".message");
  if (message.textContent !== sentence) message.textContent = sentence;
};

const draw = (share) => {
  find(".yz-game").dataset.on = String(wanted !== null);
  const ring = find("circle.held");
  ring.style.strokeDashoffset = String(1 - Math.min(1, heldMs / HOLD_MS));
  find("circle.share").style.strokeDashoffset = String(1 - (share ?? 0));
  for (const button of element.querySelectorAll("[data-show]"))
    button.setAttribute("aria-pressed", String(button.dataset.show === wanted));
};

const choose = (label) => {
  wanted = label === wanted ? null : label;
  [heldMs, readAt, lostAt] = [0, performance.now(), null];
  say(wanted ? fill(words().show, { looks: words().names[wanted] }) : words().choose);
  draw();
};

document.addEventListener("yz-read", ({ detail: answer }) => {
  if (!wanted || !find(".yz-game")) return;
  const now = performance.now();
  const lapse = Math.min(now - readAt, 500);
  readAt = now;
  const face = answer.faces.find((one) => one.chosen);
  const done = heldMs >= HOLD_MS;
  const share = face?.shares?.[wanted];
  const looks = words().names[wanted];
  if (done) return draw(share);
  if (!face) {
    say(words().nobody);
  } else if (share === undefined) {
    say(fill(words().unknown, { looks }));
  } else if (face.emotion === wanted && face.sure) {
    lostAt = null;
    heldMs += lapse;
    say(heldMs >= HOLD_MS ? fill(words().held, { looks }) : fill(words().hold, { looks }));
  } else {
    lostAt ??= now;
    if (now - lostAt > LOST_MS) heldMs = Math.max(0, heldMs - lapse);
    say(face.sure
      ? fill(words().other, { looks: words().names[face.emotion] ?? face.emotion, wanted: looks })
      : fill(words().unsure, { looks }));
  }
  draw(share);
});

element.addEventListener("click", ({ target: pressed }) => {
  const label = pressed.closest("[data-show]")?.dataset.show;
  if (label) choose(label);
});
// In another language all is drawn again, as if nothing were chosen.
new MutationObserver(() => {
  if (find(".yz-game")?.dataset.on !== "") return;
  const sentence = words()[wanted === null ? "choose" : heldMs >= HOLD_MS ? "held" : "show"];
  say(fill(sentence, { looks: words().names[wanted] }));
  draw();
}).observe(element, { subtree: true, childList: true, attributeFilter: ["data-on"] });
window.yuzug.stayUnfolded(element);
