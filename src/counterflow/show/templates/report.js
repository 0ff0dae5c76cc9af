"use strict";
(() => {
  const opened = [];
  const open = (box) => { if (box && !box.open) { box.open = true; return true; } return false; };
  const show = () => {
    const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let up = place.parentElement; up; up = up.parentElement) if (up.localName === "details") open(up);
    place.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", show);
  show();
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((box) => open(box) && opened.push(box)));
  addEventListener("afterprint", () => opened.splice(0).forEach((box) => { box.open = false; }));

  const ring = document.querySelector("svg.ring");
  const buttons = [];
  const pick = (chosen) => {
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));
    ring.classList.toggle("dim", Boolean(chosen));
    const lit = chosen ? chosen.dataset.arrows.split(" ") : [];
    ring.querySelectorAll("a.flow").forEach((flow) => flow.classList.toggle("lit", lit.includes(flow.id)));
    if (chosen) ring.scrollIntoView({ block: "nearest" });
  };
  document.querySelectorAll(".loops li").forEach((item) => {
    if (!ring || !item.dataset.arrows) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Show on the ring";
    button.dataset.arrows = item.dataset.arrows;
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", "Show on the ring: " + item.querySelector(".way").textContent);
    button.addEventListener("click", () => pick(button.getAttribute("aria-pressed") === "true" ? null : button));
    buttons.push(button);
    item.append(button);
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && buttons.length) pick(null); });
})();
