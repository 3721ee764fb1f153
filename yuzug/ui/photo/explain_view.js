// The closer look: questions go to the server, how the map is shown and saved is done here.
const room = element.closest(".yz-room");
const heat = room.querySelector(".yz-panel.heat");
const photo = () => room.querySelector("#yz-photo-picture img");
const face = (part) => room.querySelector(`#yz-photo-heat .yz-face.chosen ${part}`);
const map = () => room.querySelector("#yz-photo-asked .map") ?? face(".map");

const show = () => heat.style.setProperty("--photo", `url("${photo()?.src ?? ""}")`);
new MutationObserver(show).observe(room.querySelector("#yz-photo-picture"), {
  subtree: true, childList: true, attributeFilter: ["src"],
});
show();

element.addEventListener("input", ({ target }) => {
  if (target.name === "yz-opacity") heat.style.setProperty("--opacity", target.value / 100);
  if (target.name === "yz-scope") heat.dataset.scope = target.value;
});

const drawn = () => {
  const inPhoto = heat.dataset.scope === "photo";
  const ground = inPhoto ? photo() : face(".photo");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [ground.naturalWidth, ground.naturalHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(ground, 0, 0);
  const style = getComputedStyle(map());
  [pen.globalAlpha, pen.filter] = [style.opacity, style.filter];
  const place = map().closest(".yz-face").style;
  const share = (name) => (inPhoto ? parseFloat(place.getPropertyValue(name)) / 100 : 0);
  const side = inPhoto ? share("--s") * canvas.width : canvas.width;
  pen.drawImage(map(), share("--x") * canvas.width, share("--y") * canvas.height, side, side);
  return canvas.toDataURL("image/png");
};

const saves = {
  map: (name) => window.yuzug.save(drawn(), name),
  report: () => trigger("report", {
    photo: photo().src, face: face(".photo").src, crop: face(".crop").src,
  }),
};

element.addEventListener("click", (event) => {
  const { ask, answer, save, file } = event.target.closest("button")?.dataset ?? {};
  if (ask) trigger("ask", { ask, answer });
  if (save) saves[save](file);
});
