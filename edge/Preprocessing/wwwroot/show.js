// Puts a photograph and its answer on the page. Everything is put in as text, never as markup.
import { drawCrop } from "./crop.js";
import { stagesOf } from "./stages.js";
import { agreementOf, decisionOf, judgementOf, notesOn } from "./words.js";

export const element = id => document.getElementById(id);

export const make = (tag, text = "", className = "") => {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
};

const status = {
  waiting: () => "Waits for the photographs before it.",
  uploading: photo => `Sending: ${Math.round(photo.sent * 100)} %.`,
  asking: () => "The models are looking at it.",
  stopped: () => "Stopped: another photograph was chosen.",
  failed: () => "",
  answered: photo => `Answered in ${photo.answer.timings.total.toFixed(0)} ms: ${photo.answer.prediction.label}.`,
};

export function show(photo) {
  element("current").hidden = false;
  // What is no picture is shown as its name alone.
  element("preview").onload = () => element("preview").hidden = false;
  element("preview").onerror = () => element("preview").hidden = true;
  element("preview").src = photo.address;
  element("preview").alt = `The photograph ${photo.name}`;
  element("name").textContent = photo.name;
  drawCrop(photo, element("crop"));
  showState(photo);
}

export function showState(photo) {
  const text = status[photo.state](photo);
  if (element("status").textContent !== text) element("status").textContent = text;
  element("progress").hidden = photo.state !== "uploading" && photo.state !== "asking";
  if (photo.state === "uploading") element("progress").value = photo.sent;
  else element("progress").removeAttribute("value");
  element("error").hidden = photo.state !== "failed";
  element("after").hidden = photo.state !== "failed" && photo.state !== "stopped";
  element("answer").hidden = photo.state !== "answered";
  if (photo.state === "failed") showFailure(photo.failure);
  if (photo.state === "answered") showAnswer(photo);
}

function showFailure(failure) {
  element("error").textContent = `${failure.text} `;
  if (failure.trace?.url) element("error").append(link(make("a", "Open the trace"), failure.trace.url));
}

function showAnswer(photo) {
  const { answer, judgement } = photo;
  const { label, top, votes } = photo.seen;
  element("label").textContent = label;
  element("decision").replaceChildren(...photo.mark ? [make("strong", photo.mark, `mark ${photo.mark}`), " "] : [], decisionOf(answer, judgement));
  showJudgement(answer, judgement);
  element("agreement").textContent = agreementOf({ votes, prediction: { label }, edge: answer.edge });
  element("notes").replaceChildren(...notesOn({ ...answer, votes }).map(note => make("li", note)));
  element("top").replaceChildren(...top.map(bar));
  element("votes").replaceChildren(...votes.map(vote => model(vote, label)), ...answer.edge ? [model(atEdge(answer), label, " at the edge")] : []);
  element("stages").replaceChildren(...stagesOf(answer).map(stage));
  element("traceId").textContent = answer.trace?.id ?? "";
  element("trace").hidden = !answer.trace?.url;
  if (answer.trace?.url) link(element("trace"), answer.trace.url);
}

// Said aloud when it comes, and not again each time the page is drawn.
function showJudgement(answer, judgement) {
  const text = judgementOf(answer, judgement);
  if (element("later").dataset.of === `${answer.trace?.id} ${text}`) return;
  element("later").dataset.of = `${answer.trace?.id} ${text}`;
  const url = judgement?.final?.trace?.url;
  element("later").replaceChildren(text, ...url ? [" ", link(make("a", "Open the trace of its judgement"), url)] : []);
}

// Of its own vote the edge says the first class; where that is the answer, the answer has the others.
function atEdge({ edge, decidedBy, top }) {
  return { ...edge, top: decidedBy === "edge" ? top : [edge] };
}

function link(anchor, url) {
  if (/^https?:/.test(url)) anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noopener";
  return anchor;
}

function bar(entry) {
  const item = make("li");
  const fill = make("i");
  fill.style.width = `${(entry.probability * 100).toFixed(1)}%`;
  item.append(fill, make("span", entry.label), make("span", `${(entry.probability * 100).toFixed(1)} %`));
  return item;
}

function model(vote, winner, where = "") {
  const article = make("article");
  const heading = make("h4", (vote.precision === "int8" ? `${vote.model} int8` : vote.model) + where);
  article.ariaLabel = vote.model + where;
  if (vote.error) {
    article.append(heading, make("p", `No vote. ${vote.error}`, "failed"));
    return article;
  }
  const list = make("ol", "", "bars");
  list.ariaLabel = `Likeliest classes of ${vote.model}${where}`;
  list.append(...vote.top.map(bar));
  article.append(heading, make("p", vote.label === winner ? "agrees" : "sees something else", "soft"), list);
  return article;
}

function stage({ name, begin, length, whole, className }) {
  const item = make("li", "", className);
  const track = make("b");
  const fill = make("i");
  fill.style.marginLeft = `${(begin / whole) * 100}%`;
  fill.style.width = `${(length / whole) * 100}%`;
  track.append(fill);
  track.ariaHidden = "true";
  item.append(make("span", name), track, make("span", `${length.toFixed(1)} ms`, "number"));
  return item;
}
