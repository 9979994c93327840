// One photograph of the page: its file, how far it has come, its answer, and what the cluster said of that later.
import { follow } from "./judgement.js";
import { inWords, markOf } from "./words.js";

// Without any progress for so long, an upload or an answer is given up: the edge itself answers within seconds of an upload's end.
const patience = 20000;

export class Photo {
  state = "waiting";
  sent = 0;
  answer = null;
  judgement = null;
  forgotten = false;
  failure = null;

  constructor(file, changed) {
    this.file = file;
    this.name = file.name;
    this.changed = changed;
    this.address = URL.createObjectURL(file);
  }

  get title() {
    return { waiting: "waits", uploading: "sending", asking: "asking", stopped: "stopped", failed: "no answer" }[this.state] ?? this.seen.label;
  }

  get mark() {
    return markOf(this.answer, this.judgement);
  }

  // What holds by now: the cluster's word, where it has been had.
  get seen() {
    const { prediction, top, votes } = this.answer;
    return this.judgement?.final ?? { label: prediction.label, top, votes };
  }

  async send(signal) {
    if (signal.aborted) return this.become("stopped");
    this.become("uploading");
    try {
      const { ok, body } = await this.post(signal);
      if (ok) {
        this.answer = body;
        this.become("answered");
        if (body.queued && body.trace) follow(this);
      } else {
        this.failure = { text: inWords(body), trace: body.trace };
        this.become("failed");
      }
    } catch (problem) {
      if (problem === "stopped") return this.become("stopped");
      this.failure = { text: problem };
      this.become("failed");
    }
  }

  // XMLHttpRequest and not fetch, which does not tell how much of an upload is through.
  post(signal) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let timer;
      const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          reject("There was no answer for 20 seconds, so this was given up. The edge may be gone, or the connection too slow.");
          request.abort();
        }, patience);
      };
      request.upload.onprogress = event => {
        wait();
        this.sent = event.total ? event.loaded / event.total : 0;
        this.become(this.sent < 1 ? "uploading" : "asking");
      };
      request.onload = () => {
        try {
          resolve({ ok: request.status === 200, body: JSON.parse(request.responseText) });
        } catch {
          reject(`The answer cannot be read (status ${request.status}). Something between this page and the edge may have answered in its place.`);
        }
      };
      request.onerror = () => reject("The edge cannot be reached. It may be stopped, or this computer offline.");
      request.onabort = () => reject("stopped");
      request.onloadend = () => clearTimeout(timer);
      signal.addEventListener("abort", () => request.abort(), { once: true });
      const form = new FormData();
      form.append("file", this.file);
      request.open("POST", "preprocessing");
      request.send(form);
      wait();
    });
  }

  judge(judgement) {
    this.judgement = judgement;
    this.changed(this);
  }

  forget() {
    this.forgotten = true;
    URL.revokeObjectURL(this.address);
  }

  become(state) {
    this.state = state;
    this.changed(this);
  }
}
