// What the edge refuses, lacks and decides, in words for people who do not know its reasons.
const words = {
  image_empty: "The file is empty.",
  image_format_unsupported: "This is no photograph that can be read here. JPEG, PNG and WebP are.",
  image_truncated: "The file ends too early: it may have been cut off while it was copied.",
  image_corrupt: "The file is damaged and cannot be decoded.",
  image_too_large: "The file is too large.",
  image_too_many_pixels: "The picture has too many pixels.",
  image_too_much_memory: "Decoding this picture would take more memory than there is for it.",
  image_too_many_frames: "This is an animation; send a single picture.",
  image_too_many_scans: "The file is built in a way that would take too long to decode.",
  image_too_small: "The picture is too small to recognise anything.",
  image_decode_timeout: "The picture takes too long to decode.",
  upload_timeout: "The upload took too long.",
  upload_broken: "The upload was cut off.",
  too_busy: "The edge is busy: too many photographs at once. Try again in a moment.",
  deadline_exceeded: "The answer took too long, so this was given up. The edge or the models may be busy.",
  unreachable: "The edge cannot reach the cluster where the models are. Try again when the connection is back.",
  cluster_refused: "The cluster does not take this edge's questions: its key or its model's name is wrong.",
  rate_limited: "The cluster takes no more questions of this edge for now. Try again in a moment.",
  quorum_not_reached: "Too few models answered.",
};

const saidAll = ["too_busy", "unreachable", "image_empty", "image_format_unsupported", "image_truncated", "upload_broken"];

export function inWords(problem) {
  const text = words[problem.reason] ?? "This did not work.";
  // What else is known: sizes and limits, and of the models which of them is missing and why. Some only say the same again.
  return problem.detail && !saidAll.includes(problem.reason) ? `${text} (${problem.detail})` : text;
}

// Why the edge's own answer is the answer.
const reasons = {
  confident: "The edge answered by itself: it was sure",
  edge_only: "The edge answered by itself: it is set never to ask the cluster",
  unsure: "The edge was not sure, and the cluster could not be asked: the edge answered by itself",
  cluster_unreachable: "The cluster could not be reached: the edge answered by itself",
  deadline: "The cluster did not answer in time: the edge answered by itself",
  overloaded: "The cluster has too much to do at the moment: the edge answered by itself",
  cluster_failed: "The cluster could not answer: the edge answered by itself",
};

const percent = share => `${Math.floor(share * 100)} %`;

// Who answered and why; nothing where the cluster was asked as always.
export function decisionOf({ decidedBy, why, provisional, queued, edge }, judgement) {
  const sure = edge ? ` (${percent(edge.confidence)})` : "";
  if (decidedBy !== "edge") return why === "unsure" ? `The edge was not sure${sure} and asked the cluster.` : "";
  const text = (reasons[why] ?? "The edge answered by itself") + (why === "confident" ? sure : "");
  if (!queued || judgement) return `${text}.`;
  return provisional ? `${text}, to be checked later.` : `${text}. The cluster checks this one later, as it does one in so many.`;
}

// What became of an answer that was to be checked later.
export function judgementOf({ prediction }, judgement) {
  if (!judgement) return "";
  if (judgement.state !== "judged") return "The cluster has not checked this answer and will not any more.";
  const { agreed, label, probability } = judgement.final;
  const seen = `${label} (${percent(probability)})`;
  return agreed ? `The cluster has looked at it since and agrees: ${seen}.` : `The cluster has looked at it since and sees something else: ${seen}, not ${prediction.label}.`;
}

// In one word; none where there is nothing to say.
export function markOf(answer, judgement) {
  if (judgement?.state === "judged") return judgement.final.agreed ? "confirmed" : "changed";
  return answer?.provisional ? "provisional" : "";
}

const circuits = {
  open: "The cluster cannot be reached at the moment; it is tried again by itself.",
  half_open: "The cluster could not be reached and is being tried again.",
};

export function circuitInWords({ circuit, pending }) {
  const waiting = pending > 0 ? ` ${pending === 1 ? "One answer of the edge waits" : `${pending} answers of the edge wait`} to be checked.` : "";
  return circuits[circuit] ? circuits[circuit] + waiting : "";
}

export function notesOn(answer) {
  const notes = answer.votes.filter(vote => vote.error).map(vote => {
    const reason = vote.error.startsWith(vote.model) ? vote.error : `${vote.model}: ${vote.error}`;
    return `${vote.model} is missing from this vote; the answer is that of the others. ${reason}`;
  });
  if (answer.timings.queue >= 1) notes.push(`The edge was busy: the photograph waited ${answer.timings.queue.toFixed(0)} ms for its turn.`);
  if (answer.untrained || answer.edge?.untrained) notes.push("The weights are random numbers (untrained): the chain is real, the answer means nothing.");
  return notes;
}

export function agreementOf(answer) {
  const voted = answer.votes.filter(vote => vote.label);
  const same = voted.filter(vote => vote.label === answer.prediction.label);
  if (voted.length < 2) return voted.length === 1 ? `Only ${voted[0].model} voted.` : "";
  // The edge's own vote stands beside those, and is not among them.
  const models = answer.edge ? "models of the cluster" : "models";
  if (same.length === voted.length) return voted.length === 2 ? `Both ${models} agree.` : `All ${voted.length} ${models} agree.`;
  return `The models do not agree: ${voted.map(vote => `${vote.model} says ${vote.label}`).join(", ")}.`;
}
