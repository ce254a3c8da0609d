// Draws rectangles on an image and writes them into the numbers below it, which work without this.
// There are no words in here.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const SIDES = ["left", "top", "width", "height"];
  const LEAST = 0.5; // percent: less is a click
  const board = document.querySelector("[data-board]");
  const form = document.querySelector("form[data-boxes]");
  if (!board || !form) return;
  const rows = [...form.querySelectorAll("[data-box]")].map((set) => ({
    kind: set.dataset.box.split("-")[0],
    inputs: SIDES.map((side) => document.getElementById(`${set.dataset.box}-${side}`)),
  }));
  const marks = document.createElementNS(SVG, "svg");
  marks.setAttribute("viewBox", "0 0 100 100");
  marks.setAttribute("preserveAspectRatio", "none");
  marks.setAttribute("aria-hidden", "true");
  board.append(marks);
  form.querySelector("[data-tools]").hidden = false;

  const numbers = (row) => row.inputs.map((input) => parseFloat(input.value.replace(",", ".")));
  const isEmpty = (row) => row.inputs.every((input) => !input.value.trim());
  const draw = () => {
    marks.replaceChildren();
    for (const row of rows) {
      const box = numbers(row);
      if (box.some(Number.isNaN)) continue;
      const mark = document.createElementNS(SVG, "rect");
      ["x", "y", "width", "height"].forEach((name, n) => mark.setAttribute(name, Math.max(0, box[n])));
      mark.setAttribute("class", row.kind);
      marks.append(mark);
    }
  };
  const at = (event) => {
    const frame = marks.getBoundingClientRect();
    const part = (value, from, size) => Math.min(100, Math.max(0, ((value - from) / size) * 100));
    return [part(event.clientX, frame.left, frame.width), part(event.clientY, frame.top, frame.height)];
  };
  // Outwards, so that nothing at an edge stays to be seen.
  const down = (value) => Math.floor(value * 10) / 10;
  const up = (value) => Math.min(100, Math.ceil(value * 10) / 10);
  const write = (row, from, to) => {
    const left = down(Math.min(from[0], to[0]));
    const top = down(Math.min(from[1], to[1]));
    const ends = [up(Math.max(from[0], to[0])), up(Math.max(from[1], to[1]))];
    const box = [left, top, ends[0] - left, ends[1] - top];
    row.inputs.forEach((input, n) => { input.value = String(Math.round(box[n] * 10) / 10); });
  };
  const chosen = () => {
    const kind = form.querySelector("input[name=tool]:checked").value;
    const fitting = rows.filter((row) => row.kind === kind);
    return fitting.find(isEmpty) || fitting[fitting.length - 1];
  };

  let drawing = null;
  marks.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    const row = chosen();
    drawing = { row, from: at(event), before: row.inputs.map((input) => input.value) };
    marks.setPointerCapture(event.pointerId);
  });
  marks.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    write(drawing.row, drawing.from, at(event));
    draw();
  });
  const end = (event) => {
    if (!drawing) return;
    const { row, from, before } = drawing;
    const to = at(event);
    drawing = null;
    const isClick = Math.abs(to[0] - from[0]) < LEAST || Math.abs(to[1] - from[1]) < LEAST;
    if (isClick || event.type === "pointercancel") {
      row.inputs.forEach((input, n) => { input.value = before[n]; });
    } else {
      write(row, from, to);
      const more = row.inputs[0].closest("details");
      if (more) more.open = true;
    }
    draw();
  };
  marks.addEventListener("pointerup", end);
  marks.addEventListener("pointercancel", end);
  form.addEventListener("input", draw);
  form.addEventListener("reset", () => setTimeout(draw));
  draw();
})();
