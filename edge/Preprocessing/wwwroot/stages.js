// The waterfall of an answer, from its own timings: the edge's stages one after the other, the models side by side within the ensemble.
export function stagesOf(answer) {
  const { timings, provisional } = answer;
  const rows = [];
  let at = 0;
  const add = (name, begin, length, className = "") => rows.push({ name, begin, length, whole: timings.total, className });
  for (const [key, name] of [["upload", "Upload"], ["queue", "Wait at the edge"], ["inspect", "Header check"], ["preprocess", "Decode and resize"]]) {
    add(name, at, timings[key]);
    at += timings[key];
  }
  const request = () => {
    if (timings.request > 0) addRequest(answer, at, add);
    at += timings.request;
  };
  // Where the edge answers in the cluster's place, the cluster was tried first.
  if (provisional) request();
  if (timings.infer > 0) add("The edge's own model", at, timings.infer, "own");
  at += timings.infer ?? 0;
  if (!provisional) request();
  add("Total", 0, timings.total, "total");
  return rows;
}

function addRequest({ decidedBy, timings, votes }, at, add) {
  if (decidedBy === "edge") {
    // Less than a millisecond was no request but a look at the open circuit.
    if (timings.request >= 1) add("Request to the cluster, in vain", at, timings.request, "failed");
    return;
  }
  add("Request to the cluster", at, timings.request);
  add("on the way, both ways", at, timings.network, "part way");
  // How the way is shared between there and back is not known here; the trace knows.
  at += timings.network / 2;
  add("ensemble", at, timings.ensemble, "part");
  for (const vote of votes) {
    add(vote.model, at, vote.ms, vote.error ? "model failed" : "model");
    if (vote.runMs != null) {
      const way = Math.max(0, vote.ms - vote.queueMs - vote.runMs) / 2;
      add("queue", at + way, vote.queueMs, "inside");
      add("run", at + way + vote.queueMs, vote.runMs, "inside");
    }
  }
}
