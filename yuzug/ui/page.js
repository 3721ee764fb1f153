// What Gradio does not say in our two languages, said by us; and the page shown once it is whole.
(() => {
  const words = JSON.parse(document.getElementById("yz-words").textContent);
  const ours = new Map();
  const starts = [];
  for (const said of words) {
    const our = said.pop();
    for (const variant of [...said, ...Object.values(our)])
      if (variant.endsWith("*")) starts.push([variant.slice(0, -1), our]);
      else ours.set(variant, our);
  }
  const inOurWords = (text) => {
    const said = text.trim();
    const our = ours.get(said) ?? starts.find(([start]) => said.startsWith(start))?.[1];
    return our?.[document.documentElement.lang];
  };

  const translate = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const said = inOurWords(node.nodeValue);
      if (said && said !== node.nodeValue) node.nodeValue = said;
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      for (const name of ["aria-label", "title", "alt"]) {
        const said = node.hasAttribute(name) && inOurWords(node.getAttribute(name));
        if (said && said !== node.getAttribute(name)) node.setAttribute(name, said);
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

  // The server forgets a visit a minute after its page fell asleep or lost its connection. Loaded
  // again, the page opens it from what the browser remembers; but not twice in a row.
  const fetched = window.fetch;
  window.fetch = async (...request) => {
    const answer = await fetched(...request);
    const before = Number(sessionStorage.getItem("yz-taken-up"));
    if (answer.status === 410 && Date.now() - before > 10_000) {
      sessionStorage.setItem("yz-taken-up", Date.now());
      location.reload();
    }
    return answer;
  };

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
      document.body.classList.add("yz-ready");
    },
    begin() {
      const visible = (found) => found.offsetParent !== null;
      [...document.querySelectorAll("[data-camera], #yz-picker button")].find(visible)?.focus();
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
