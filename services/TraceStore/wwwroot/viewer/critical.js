// The critical path: what the whole would have waited for less of, had it been quicker (as Jaeger's page draws it).
import { end } from './tree.js';

// For every span on it the sections in which nothing below it was waited for, the last first.
export function criticalPath(root) {
  const sections = new Map();
  const stack = [[root, root.start, end(root)]];
  while (stack.length > 0) {
    const [span, from, to] = stack.pop();
    const own = [];
    let time = to;
    // Back from the end: the child that ended last was waited for, then the one that had ended before that began.
    for (const child of [...span.children].sort((one, other) => end(other) - end(one))) {
      const began = Math.max(child.start, from);
      const ended = Math.min(end(child), to);
      if (ended > time || began >= ended) continue;
      if (ended < time) own.push([ended, time]);
      stack.push([child, began, ended]);
      time = began;
    }
    if (time > from) own.push([from, time]);
    sections.set(span.id, own);
  }
  return sections;
}

export const length = sections => (sections ?? []).reduce((sum, [from, to]) => sum + to - from, 0);
