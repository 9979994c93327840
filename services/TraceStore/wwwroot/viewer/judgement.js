// An answer that the edge gave by itself is judged later, in a trace of its own: each of the two pages leads to the other.
import { ask, el, url } from './dom.js';

const judging = 'outbox.judge';
const firstPause = 2_000;
const longestPause = 60_000;
const wait = millis => new Promise(done => setTimeout(done, millis));

const tag = ({ tags }, key) => tags.find(item => item.key === key)?.value;
const whole = id => id.padStart(32, '0');

// The id of the trace that this one judges.
export function judgedBy(trace) {
  const id = trace.rows.map(span => tag(span, 'edge.judged.trace_id')).find(Boolean);
  return id && whole(id);
}

export class Judgement {
  constructor() {
    this.element = el('p', { class: 'judgement', role: 'status', hidden: true });
  }

  show(trace) {
    const judge = trace.rows.find(span => tag(span, 'edge.judged.trace_id'));
    if (judge) this.say(['Judges ', link(judgedBy(trace)), verdict(judge)]);
    const queued = trace.rows.find(span => String(tag(span, 'edge.queued')) === 'true');
    if (queued && !this.waits) this.wait(trace, queued);
  }

  say(words) {
    this.element.hidden = false;
    this.element.replaceChildren(...words);
  }

  // It comes when the cluster is back, which may be long after this page was opened.
  async wait(trace, queued) {
    this.waits = true;
    this.say(['The edge answered, and the cluster is to judge it later. There is no judgement yet.']);
    for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 1.5)) {
      const found = document.hidden ? null : await find(trace, queued).catch(() => null);
      if (found) { this.say(['Judged later in ', link(found.id), verdict(found.judge)]); return; }
      await wait(pause);
    }
  }
}

async function find(trace, { service }) {
  const query = new URLSearchParams({ service, operation: judging, start: trace.start, limit: 1, tags: JSON.stringify({ 'edge.judged.trace_id': whole(trace.id) }) });
  const { data: [found] } = await ask(`api/traces?${query}`);
  const judge = found?.spans.find(span => span.operationName === judging && whole(tag(span, 'edge.judged.trace_id') ?? '') === whole(trace.id));
  // One that failed says nothing, and is tried again.
  return judge && tag(judge, 'edge.agreed') !== undefined ? { id: whole(found.traceID), judge } : null;
}

const link = id => el('a', { href: url(`trace/${id}`), title: id }, `trace ${id.slice(0, 8)}…`);

function verdict(judge) {
  const agreed = tag(judge, 'edge.agreed');
  if (agreed === undefined) return '. The cluster gave no answer.';
  const [cluster, edge] = [tag(judge, 'inference.top.label'), tag(judge, 'edge.judged.label')];
  return `: the cluster says ${cluster}, the edge said ${edge} (${String(agreed) === 'true' ? 'agreed' : 'changed'}).`;
}
