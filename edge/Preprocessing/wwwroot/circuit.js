// Whether the edge reaches the cluster: looked at when the page opens, after each answer, and every few seconds until the cluster is back.
import { element } from "./show.js";
import { circuitInWords } from "./words.js";

const pause = 5000;
let timer;

export async function lookAtCircuit() {
  clearTimeout(timer);
  const outbox = await fetch("v1/outbox").then(answer => answer.ok ? answer.json() : null).catch(() => null);
  const text = outbox ? circuitInWords(outbox) : "";
  if (element("circuit").textContent !== text) element("circuit").textContent = text;
  clearTimeout(timer);
  if (text) timer = setTimeout(lookAtCircuit, pause);
}
