// What the last search found, so that its traces lead to each other. In this window only.
const key = 'results';

export function remember(traces, search) {
  const found = traces.map(({ traceId, rootServiceName, rootOperationName, duration }) => ({ id: traceId, root: `${rootServiceName} ${rootOperationName}`, duration }));
  try { sessionStorage.setItem(key, JSON.stringify({ search, found })); } catch { /* Without it the traces are pages like any other. */ }
}

export function recall(id) {
  let kept;
  try { kept = JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  const at = kept?.found.findIndex(trace => trace.id === id) ?? -1;
  if (at < 0) return null;
  const like = kept.found.filter(trace => trace.root === kept.found[at].root && trace.id !== id).sort((one, other) => one.duration - other.duration);
  return { search: kept.search, at, count: kept.found.length, previous: kept.found[at - 1], next: kept.found[at + 1], fastest: like[0], slowest: like.at(-1) };
}
