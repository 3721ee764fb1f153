// The remote control of the hidden webcam component: start, stop, freeze, front and back.
// Gradio's component streams whatever its <video> shows while it "records"; what the camera does
// is decided here and told to the server, which answers with the buttons in the page's language.
const STALLED_MS = 4000;
const PATIENT_MS = 300;
let facing = "user";
let stream = null;
let recording = false;
let told = "idle";
let order = 0;
let frameAt = 0;

const video = () => document.querySelector("#yz-webcam video");
const recordButton = () => video().parentElement.querySelector(".button-wrap button");
const tell = (state) => {
  told = state;
  order += 1; // two words may overtake one another on their way
  trigger("camera", { state, facing, order });
};

const record = (wanted) => {
  if (recording === wanted) return;
  recording = wanted;
  frameAt = performance.now();
  recordButton()?.click();
};

const release = () => {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
};

const appears = async (find) => {
  while (!find()) await new Promise((resolve) => setTimeout(resolve, 20));
};

// Gradio opens the camera by its own button; it is handed the stream that we already have.
const show = async () => {
  if (!recordButton()) {
    const ask = navigator.mediaDevices.getUserMedia;
    navigator.mediaDevices.getUserMedia = async () => stream;
    video().parentElement.querySelector("button").click();
    navigator.mediaDevices.getUserMedia = ask;
    await appears(recordButton);
  } else {
    video().srcObject = stream;
    await video().play();
  }
};

const troubles = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing" };

const open = async () => {
  if (!window.isSecureContext || !navigator.mediaDevices) return tell("insecure");
  const asking = setTimeout(tell, PATIENT_MS, "opening");
  try {
    release();
    const size = { width: { ideal: 640 }, height: { ideal: 480 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: facing, ...size } });
    stream.getVideoTracks()[0].addEventListener("ended", close);
    await show();
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    element.classList.toggle("several", cameras.length > 1);
  } catch (error) {
    release();
    return tell(troubles[error.name] ?? "unavailable");
  } finally {
    clearTimeout(asking);
  }
  tell("on");
  record(true);
};

const close = () => {
  record(false);
  release();
  tell("idle");
};

const actions = {
  start: open,
  stop: close,
  freeze: () => { record(false); tell("frozen"); },
  resume: () => { record(true); tell("on"); },
  flip: () => {
    record(false);
    facing = facing === "user" ? "environment" : "user";
    open();
  },
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("[data-camera]");
  if (button) actions[button.dataset.camera]();
});

// Leaving the tab turns the camera off: nobody is filmed without seeing it.
new ResizeObserver(() => {
  if (stream && !element.offsetParent) close();
}).observe(element);

// No frame for a while means waiting for the server, for one of its places or for its time.
new MutationObserver(() => {
  frameAt = performance.now();
  if (told === "waiting") tell("on");
}).observe(document.querySelector("#yz-live-picture"), {
  subtree: true, childList: true, attributeFilter: ["src"],
});
setInterval(() => {
  if (recording && told === "on" && performance.now() - frameAt > STALLED_MS) tell("waiting");
}, 1000);
