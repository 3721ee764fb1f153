// The slider lies over the picture; how far it stands decides what the map covers.
const stage = element.closest(".yz-stage");
element.addEventListener("input", (event) => {
  stage.style.setProperty("--cut", `${event.target.value}%`);
});
