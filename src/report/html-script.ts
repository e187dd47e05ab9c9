/**
 * Of the page. It folds, and it zooms by making the drawn column wider: the browser scrolls, by wheel, finger and arrow
 * key alike. It makes elements and texts, never markup.
 */
export const SCRIPT = `
"use strict";
for (const part of document.querySelectorAll("[data-folded]")) part.hidden = true;
for (const button of document.querySelectorAll("button.fold")) {
  button.addEventListener("click", () => {
    const part = document.getElementById(button.getAttribute("aria-controls"));
    part.hidden = !part.hidden;
    button.setAttribute("aria-expanded", String(!part.hidden));
  });
}
const STEPS = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 216e5, 864e5];
const MOST = 64;
for (const scroller of document.querySelectorAll(".scroller")) {
  const tools = scroller.previousElementSibling;
  const table = scroller.querySelector("table");
  const picture = table.querySelector(".axis svg");
  const from = Number(table.dataset.from);
  const span = Math.max(1, Number(table.dataset.to) - from);
  let zoom = 1;
  let width = 0;
  const draw = () => {
    const label = table.querySelector("th").getBoundingClientRect().width;
    width = Math.max(240, scroller.clientWidth - label - 1) * zoom;
    table.style.setProperty("--track", width + "px");
    const step = STEPS.find((each) => (each / span) * width >= 90) || STEPS[STEPS.length - 1];
    const marks = [];
    for (let time = Math.ceil(from / step) * step; time <= from + span && marks.length < 4000; time += step) {
      const x = ((time - from) / span) * 100 + "%";
      const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      for (const [name, value] of [["x1", x], ["x2", x], ["y1", 0], ["y2", 24]]) line.setAttribute(name, value);
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      text.setAttribute("x", x);
      text.setAttribute("dx", 3);
      text.setAttribute("y", 16);
      text.textContent = new Date(time).toISOString().slice(11, step < 1000 ? 21 : 19);
      marks.push(line, text);
    }
    picture.replaceChildren(...marks);
  };
  const to = (next, at) => {
    const before = zoom;
    zoom = Math.min(MOST, Math.max(1, next));
    const label = table.querySelector("th").getBoundingClientRect().width;
    const middle = at === undefined ? (scroller.clientWidth - label) / 2 : at - label;
    const place = (scroller.scrollLeft + middle) / before;
    draw();
    scroller.scrollLeft = place * zoom - middle;
    tools.querySelector("output").textContent = Math.round(zoom * 100) + " %";
  };
  const by = { in: () => to(zoom * 1.5), out: () => to(zoom / 1.5), fit: () => to(1) };
  for (const button of tools.querySelectorAll("button")) button.addEventListener("click", by[button.dataset.zoom]);
  scroller.addEventListener("keydown", (event) => {
    if (event.target !== scroller || event.ctrlKey || event.metaKey || event.altKey) return;
    const wanted = { "+": "in", "=": "in", "-": "out", "0": "fit" }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    by[wanted]();
  });
  scroller.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      to(zoom * Math.exp(-event.deltaY / 300), event.clientX - scroller.getBoundingClientRect().left);
    },
    { passive: false },
  );
  addEventListener("resize", draw);
  draw();
}
for (const link of document.querySelectorAll('a[href^="#"]')) {
  link.addEventListener("click", () => document.getElementById(link.hash.slice(1)).focus());
}
`;
