// Three steps for who comes the first time: shown once, gone as soon as somebody begins by
// themselves, and to be seen again from About. CSS shows the step that the page's body names.
(() => {
  const KEY = "yuzug-tour";
  const STEPS = 3;
  const BEGUN = "[data-camera], [data-press], [data-mood], [data-keep], #yz-picker";

  const show = (step) => {
    if (step) document.body.dataset.tour = step;
    else delete document.body.dataset.tour;
  };
  const end = () => {
    if (!document.body.dataset.tour) return;
    show(null);
    localStorage.setItem(KEY, "seen");
  };

  document.addEventListener("click", ({ target }) => {
    const pressed = target.closest?.("[data-tour]:not(body)")?.dataset.tour;
    if (pressed === "start") {
      show(1);
      const title = document.querySelector(".yz-tour h2");
      title.focus();
      title.scrollIntoView({ block: "center" });
    } else if (pressed === "next") {
      show(Math.min(Number(document.body.dataset.tour) + 1, STEPS));
      document.querySelector(".yz-tour h2").focus(); // the button may have gone with its step
    } else if (pressed === "end") {
      end();
      window.yuzug.begin();
    } else if (target.closest?.(BEGUN)) {
      end();
    }
  });

  window.yuzugTour = () => {
    if (localStorage.getItem(KEY) === null) show(1);
  };
})();
