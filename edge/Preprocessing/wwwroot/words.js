// What the edge refuses or lacks, in words for people who do not know its reasons.
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

export function notesOn(answer) {
  const notes = answer.votes.filter(vote => vote.error).map(vote => {
    const reason = vote.error.startsWith(vote.model) ? vote.error : `${vote.model}: ${vote.error}`;
    return `${vote.model} is missing from this vote; the answer is that of the others. ${reason}`;
  });
  if (answer.timings.queue >= 1) notes.push(`The edge was busy: the photograph waited ${answer.timings.queue.toFixed(0)} ms for its turn.`);
  if (answer.untrained) notes.push("The weights are random numbers (untrained): the chain is real, the answer means nothing.");
  return notes;
}

export function agreementOf(answer) {
  const voted = answer.votes.filter(vote => vote.label);
  const same = voted.filter(vote => vote.label === answer.prediction.label);
  if (voted.length < 2) return voted.length === 1 ? `Only ${voted[0].model} voted.` : "";
  if (same.length === voted.length) return voted.length === 2 ? "Both models agree." : `All ${voted.length} models agree.`;
  return `The models do not agree: ${voted.map(vote => `${vote.model} says ${vote.label}`).join(", ")}.`;
}
