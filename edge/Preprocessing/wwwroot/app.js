// The demo page: one photograph up, the answer and its trace down. Everything shown is put in as text, never as markup.
const element = id => document.getElementById(id);
const stages = [
  ["upload", "Upload", "#94a3b8"],
  ["inspect", "Header check", "#38bdf8"],
  ["preprocess", "Decode and resize", "#22a06b"],
  ["network", "Edge to ensemble and back", "#f0a020"],
  ["ensemble", "Ensemble and models", "#7c5cd6"],
];

const make = (tag, text = "", className = "") => {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
};

const milliseconds = value => value == null ? "" : value.toFixed(1);

async function classify(file) {
  element("drop").classList.add("busy");
  element("error").hidden = true;
  element("answer").hidden = true;
  show(file);
  try {
    const form = new FormData();
    form.append("file", file);
    const response = await fetch("preprocessing", { method: "POST", body: form });
    const answer = await response.json();
    if (response.ok) render(answer);
    else fail(answer.detail ?? answer.error ?? response.statusText, answer.trace);
  } catch (failure) {
    fail(`The edge does not answer: ${failure.message}`);
  } finally {
    element("drop").classList.remove("busy");
    element("file").value = "";
  }
}

function show(file) {
  const preview = element("preview");
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(file);
  preview.hidden = false;
  element("hint").hidden = true;
}

function fail(message, trace) {
  const error = element("error");
  error.textContent = message + " ";
  if (trace?.url) error.append(link(make("a", "Open the trace"), trace.url));
  error.hidden = false;
}

function link(anchor, url) {
  if (/^https?:/.test(url)) anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener";
  return anchor;
}

function render(answer) {
  element("untrained").hidden = !answer.untrained;
  element("degraded").hidden = !answer.degraded;
  element("label").textContent = answer.prediction.label;
  element("top").replaceChildren(...answer.top.map(bar));
  element("votes").replaceChildren(...answer.votes.map(vote));
  timeline(answer.timings);
  element("traceId").textContent = answer.trace?.id ?? "";
  element("trace").hidden = !answer.trace?.url;
  if (answer.trace?.url) link(element("trace"), answer.trace.url);
  element("answer").hidden = false;
}

function bar(entry) {
  const item = make("li");
  const fill = make("i");
  fill.style.width = `${(entry.probability * 100).toFixed(1)}%`;
  item.append(fill, make("span", entry.label), make("span", `${(entry.probability * 100).toFixed(1)} %`));
  return item;
}

function vote(entry) {
  const row = make("tr");
  row.append(
    make("td", entry.model),
    entry.error ? make("td", entry.error, "failed") : make("td", entry.label),
    make("td", entry.probability == null ? "" : entry.probability.toFixed(3), "number"),
    make("td", milliseconds(entry.queueMs), "number"),
    make("td", milliseconds(entry.runMs), "number"));
  return row;
}

function timeline(timings) {
  const bars = [], legend = [];
  for (const [key, name, colour] of stages) {
    const piece = make("i");
    piece.style.flexGrow = timings[key];
    piece.style.background = colour;
    piece.title = `${name}: ${milliseconds(timings[key])} ms`;
    bars.push(piece);
    const item = make("li");
    const dot = make("i");
    dot.style.background = colour;
    item.append(dot, `${name} ${milliseconds(timings[key])} ms`);
    legend.push(item);
  }
  element("timeline").replaceChildren(...bars);
  element("timeline").ariaLabel = `${milliseconds(timings.total)} ms in all`;
  element("legend").replaceChildren(...legend, make("li", `Total ${milliseconds(timings.total)} ms`));
}

element("file").addEventListener("change", event => event.target.files[0] && classify(event.target.files[0]));

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  element("drop").addEventListener(name, event => {
    event.preventDefault();
    element("drop").classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name === "drop" && event.dataTransfer.files[0]) classify(event.dataTransfer.files[0]);
  });
}

document.addEventListener("paste", event => {
  const file = [...(event.clipboardData?.files ?? [])].find(candidate => candidate.type.startsWith("image/"));
  if (file) classify(file);
});
