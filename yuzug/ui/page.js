// Translates what Gradio writes into the page's language, and shows the page once it is complete.
(() => {
  const words = JSON.parse(document.getElementById("yz-words").textContent);
  const ours = new Map();
  const starts = [];
  for (const entry of words) {
    const our = entry.pop();
    for (const variant of [...entry, ...Object.values(our)])
      if (variant.endsWith("*")) starts.push([variant.slice(0, -1), our]);
      else ours.set(variant, our);
  }
  const inOurWords = (text) => {
    const phrase = text.trim();
    const our = ours.get(phrase) ?? starts.find(([start]) => phrase.startsWith(start))?.[1];
    return our?.[document.documentElement.lang];
  };

  // What a visitor wrote may be any word, one of Gradio's too, and stays as it is.
  const isVisitors = (element) => element?.closest("[data-own], .yz-note-dialog");
  const translate = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const phrase = inOurWords(node.nodeValue);
      if (phrase && isVisitors(node.parentElement)) return;
      if (phrase && phrase === inOurWords("Connection Lost")) sessionStorage.setItem("yz-interrupted", "");
      if (phrase && phrase !== node.nodeValue) node.nodeValue = phrase;
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const name of ["aria-label", "title", "alt"]) {
        const phrase = node.hasAttribute(name) && inOurWords(node.getAttribute(name));
        if (phrase && phrase !== node.getAttribute(name) && !isVisitors(node))
          node.setAttribute(name, phrase);
      }
      node.childNodes.forEach(translate);
    }
  };

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "childList") change.addedNodes.forEach(translate);
      else translate(change.target);
    }
  }).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributeFilter: ["aria-label", "title"],
  });

  // The server forgets a visit some time after its page fell asleep or lost its connection. Loaded
  // again, the page opens it from what the browser remembers; but not twice in a row, and not
  // under somebody who is in the middle of an activity.
  // A clock that was set back since must not hold it up.
  const sinceTakenUp = () => Math.abs(Date.now() - Number(sessionStorage.getItem("yz-taken-up")));
  // So does Gradio, once it reaches a server again after its message that the connection is lost.
  const takenUp =
    sinceTakenUp() < 30_000 || sessionStorage.getItem("yz-interrupted") !== null;
  sessionStorage.removeItem("yz-interrupted");
  const tellTakenUp = () => {
    const words = document.querySelector(".yz-taken-up");
    if (words) words.hidden = !takenUp;
  };
  const fetched = window.fetch;
  // The photo on the screen is read again, and stands in the browser's memory until then alone.
  // So do the face that was chosen and the expression that the visitor named instead.
  const keepPhoto = () => {
    const shown = shownTab() === "photo" && window.yuzug.photo();
    if (!shown) return;
    const face = document.querySelector("#yz-photo-reading .yz-chips .chosen")?.dataset.pick ?? 0;
    const advice = document.querySelector("#yz-photo-advice");
    const named = advice.querySelector("[data-act=back]") // there is something to go back from
      && advice.querySelector("[data-act=correct][aria-pressed=true]").dataset.mood;
    try {
      sessionStorage.setItem("yz-photo-choices", JSON.stringify({ face: +face, emotion: named }));
      sessionStorage.setItem("yz-photo", shown);
    } catch {} // more than a browser keeps
  };
  const TAKEN_UP = "taken-up.jpg"; // no other photo may get the choices for this one
  let restored = null;
  // Gradio itself loads the page again once it reaches a server after a lost connection.
  addEventListener("pagehide", () => {
    if (sessionStorage.getItem("yz-interrupted") !== null) keepPhoto();
  });
  const keptPhoto = async () => {
    const shown = sessionStorage.getItem("yz-photo");
    restored = sessionStorage.getItem("yz-photo-choices");
    for (const name of ["yz-photo", "yz-photo-choices"]) sessionStorage.removeItem(name);
    if (!shown) return;
    const picture = await (await fetched(shown)).blob();
    read(new File([picture], TAKEN_UP, { type: picture.type }));
  };
  const takeUp = () => {
    if (sinceTakenUp() < 10_000) return;
    const activity = document.querySelector("dialog[open]");
    if (activity) return activity.addEventListener("close", takeUp, { once: true });
    sessionStorage.setItem("yz-taken-up", Date.now());
    keepPhoto();
    location.reload();
  };
  // A browser sends requests side by side, so quick presses may arrive in another order than they
  // were made. An event is sent when the server has the one before it.
  let queued = Promise.resolve();
  const inTurn = (send) => {
    const sent = queued.then(send);
    // One that hangs must not hold up every press after it.
    queued = queued.then(() => Promise.race([
      sent.catch(() => {}), new Promise((done) => setTimeout(done, 10_000)),
    ]));
    return sent;
  };
  window.fetch = async (request, options = {}) => {
    const address = String(request?.url ?? request);
    // The server refuses in the page's language, whichever one the browser asks for.
    const headers = new Headers(options?.headers ?? request?.headers);
    headers.set("Accept-Language", document.documentElement.lang);
    const send = () => fetched(request, { ...options, headers });
    const answer = await (address.includes("/queue/join") ? inTurn(send) : send());
    if (answer.status === 410) takeUp();
    return answer;
  };

  let cameraTrouble = "";
  const tellCameraTrouble = () => {
    for (const words of document.querySelectorAll("#yz-photo-busy [data-trouble]"))
      words.hidden = words.dataset.trouble !== cameraTrouble;
  };

  // What Gradio's own parts lack for people who cannot see the page, or use no mouse.
  const mend = () => {
    tellTakenUp();
    tellCameraTrouble(); // they are drawn again in another language
    for (const choice of document.querySelectorAll(".yz-segments")) {
      for (const radio of choice.querySelectorAll("input[type=radio]"))
        if (radio.name !== choice.id) radio.name = choice.id; // one tab stop, arrow keys within
    }
    for (const fold of document.querySelectorAll(".yz-closer > button"))
      fold.ariaExpanded = String(fold.classList.contains("open"));
    // Its words are its name; Gradio's label says something else.
    document.querySelector("button[aria-label]:has([data-testid=upload-text])")
      ?.removeAttribute("aria-label");
    document.body.dataset.tab = shownTab(); // settings that do nothing there are not shown
  };
  // Gradio renames a choice whenever it is made: "name" is watched, or the next key falls out
  // of the group.
  new MutationObserver(mend).observe(document.documentElement, {
    subtree: true, childList: true, attributeFilter: ["aria-label", "aria-selected", "name"],
  });
  document.addEventListener("click", () => setTimeout(mend));

  // Every tab has an address, so that Back, a bookmark and a reload find it again.
  const TABS = ["live", "photo", "film", "mood", "journal", "about"];
  const tabs = () =>
    [...document.querySelectorAll("#yz-tabs [role=tab]")].filter((tab) => tab.offsetParent);
  const tabNamed = (name) => tabs()[TABS.indexOf(name)];
  const shownTab = () => TABS[tabs().findIndex((tab) => tab.ariaSelected === "true")] ?? TABS[0];
  const goToAddress = () => {
    const name = location.hash.slice(1) || TABS[0];
    if (TABS.includes(name) && name !== shownTab()) tabNamed(name)?.click();
  };
  addEventListener("popstate", goToAddress);
  document.addEventListener("click", ({ target }) => {
    const name = TABS[tabs().indexOf(target.closest?.("#yz-tabs [role=tab]"))];
    if (name && name !== (location.hash.slice(1) || TABS[0])) history.pushState(null, "", `#${name}`);
  });

  // A picture that is dropped or pasted anywhere on the page is read in the Photo tab.
  const picker = () => document.querySelector("#yz-picker input[type=file]");
  const pictureIn = (given) =>
    [...(given?.files ?? [])].find((file) => file.type.startsWith("image/"));
  const read = async (file) => {
    if (shownTab() !== "photo") tabNamed("photo")?.click();
    for (let tries = 0; tries < 600 && !picker(); tries++)
      await new Promise((done) => setTimeout(done, 50));
    if (!picker()) return; // the notice is not accepted yet
    const files = new DataTransfer();
    files.items.add(file);
    picker().files = files.files;
    picker().dispatchEvent(new Event("change", { bubbles: true }));
  };
  const besidePicker = ({ target, dataTransfer }) =>
    dataTransfer?.types.includes("Files") && !target.closest?.("#yz-picker");
  document.addEventListener("dragover", (event) => {
    if (besidePicker(event)) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    if (!besidePicker(event)) return;
    event.preventDefault(); // or the browser leaves the page for the file
    const file = pictureIn(event.dataTransfer);
    if (file) read(file);
  });
  document.addEventListener("paste", (event) => {
    const file = pictureIn(event.clipboardData);
    if (!file || event.target.closest?.("input, textarea")) return;
    event.preventDefault();
    read(file);
  });

  // The Photo tab's camera is Gradio's, which is silent where it may not be used.
  document.addEventListener("yz-camera-trouble", ({ detail }) => {
    cameraTrouble = detail;
    tellCameraTrouble();
  });

  const BUSY_AFTER_MS = 300;
  let working = 0;
  let busyTimer = null;
  const showBusy = (busy) => {
    document.body.classList.toggle("yz-busy", busy);
    const sign = document.querySelector("#yz-photo-busy [role=status] span");
    if (sign) sign.hidden = !busy;
  };

  window.yuzug = {
    show(lang) {
      document.documentElement.lang = lang;
      translate(document.body);
      for (const choice of document.querySelectorAll("fieldset"))  // Gradio's have no legend
        choice.ariaLabel = choice.querySelector("[data-testid=block-info]").textContent.trim();
      mend();
      const first = !document.body.classList.contains("yz-ready");
      document.body.classList.add("yz-ready");
      const fonts = document.getElementById("yz-fonts");
      if (fonts) fonts.media = "all";
      if (first) {
        goToAddress();
        keptPhoto();
      }
    },
    begin(first = false) {
      if (first) window.yuzugTour();
      const visible = (found) => found.offsetParent !== null;
      [...document.querySelectorAll("button[data-camera], #yz-picker button")].find(visible)?.focus();
    },
    // Gradio takes away what the server does not know of: what a person unfolded stays unfolded.
    stayUnfolded(element) {
      const unfolded = new Set();
      const folds = () => [...element.querySelectorAll("details[data-key]")];
      element.addEventListener("click", (event) => {
        const fold = event.target.closest("summary")?.parentElement;
        if (fold) unfolded[fold.open ? "delete" : "add"](fold.dataset.key);
      });
      new MutationObserver(() => {
        const there = folds();
        for (const key of unfolded)
          if (!there.some((fold) => fold.dataset.key === key)) unfolded.delete(key);
        for (const fold of there) {
          const open = unfolded.has(fold.dataset.key);
          if (fold.open !== open) fold.open = open;
        }
      }).observe(element, { subtree: true, childList: true, attributeFilter: ["open", "data-key"] });
    },
    // Work that takes longer than a moment shows itself; several pieces may be under way.
    work(given) {
      if (!working++) busyTimer = setTimeout(() => showBusy(true), BUSY_AFTER_MS);
      return given;
    },
    rest() {
      if (--working > 0) return;
      working = 0;
      clearTimeout(busyTimer);
      showBusy(false);
    },
    restored: (picture) => (picture?.orig_name === TAKEN_UP ? restored : null),
    photo: () => document.querySelector("#yz-photo-picture img")?.src ?? null,
    crop: () => document.querySelector("#yz-photo-heat .yz-face.chosen .crop")?.src ?? null,
    save(url, name) {
      const link = document.createElement("a");
      [link.href, link.download] = [url, `${name}.png`];
      link.click();
    },
    saveFile() {
      const file = document.querySelector("#yz-photo-file a");
      if (file) window.yuzug.save(file.href, file.download);
      file?.remove();
    },
  };
})();
