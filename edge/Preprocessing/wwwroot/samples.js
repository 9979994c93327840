// Pictures to try without a photograph at hand, drawn here: of the thousand classes some that a drawing can show.
const width = 640;
const height = 480;

function disc(context, x, y, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function box(context, x, y, w, h, colour) {
  context.fillStyle = colour;
  context.fillRect(x, y, w, h);
}

function sky(context, top, bottom) {
  const colours = context.createLinearGradient(0, 0, 0, height);
  colours.addColorStop(0, top);
  colours.addColorStop(1, bottom);
  box(context, 0, 0, width, height, colours);
}

function trafficLight(context) {
  sky(context, "#9cc6ee", "#e4f0fa");
  box(context, 306, 360, 28, 120, "#444");
  box(context, 230, 40, 180, 330, "#1d1d1f");
  for (const [y, colour] of [[100, "#e5261f"], [205, "#4a3a10"], [310, "#10401c"]]) disc(context, 320, y, 44, colour);
}

function wallClock(context) {
  sky(context, "#d9cdb8", "#c9bb9f");
  disc(context, 320, 240, 200, "#3a2a1c");
  disc(context, 320, 240, 182, "#fbfaf4");
  context.strokeStyle = "#111";
  context.lineCap = "round";
  for (let hour = 0; hour < 12; hour++) hand(context, hour / 12, 150, 172, 7);
  hand(context, 10.15 / 12, 0, 100, 13);
  hand(context, 9 / 60, 0, 148, 8);
  disc(context, 320, 240, 12, "#111");
}

function hand(context, turn, from, to, thick) {
  const [x, y] = [Math.sin(turn * 2 * Math.PI), -Math.cos(turn * 2 * Math.PI)];
  context.lineWidth = thick;
  context.beginPath();
  context.moveTo(320 + x * from, 240 + y * from);
  context.lineTo(320 + x * to, 240 + y * to);
  context.stroke();
}

function beach(context) {
  sky(context, "#4fa5e8", "#d8ecfa");
  disc(context, 500, 90, 46, "#fff4c2");
  box(context, 0, 230, width, 110, "#1f77a8");
  box(context, 0, 320, width, 24, "#d5eef2");
  box(context, 0, 340, width, 140, "#e6cf9c");
}

const draw = paint => (w, h) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [w, h];
  const context = canvas.getContext("2d");
  context.scale(w / width, h / height);
  paint(context);
  return canvas;
};

const sample = (name, paint) => ({
  name,
  draw: draw(paint),
  file: () => new Promise(resolve => draw(paint)(width, height).toBlob(blob => resolve(new File([blob], `${name}.png`, { type: "image/png" })), "image/png")),
});

export const samples = [sample("traffic light", trafficLight), sample("clock", wallClock), sample("beach", beach)];
