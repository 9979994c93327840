// What the cluster says later of an answer that the edge gave: asked for until it is known, with growing pauses, since the cluster may be away for long.
const firstPause = 2000;
const longestPause = 60000;
const wait = millis => new Promise(done => setTimeout(done, millis));

export async function follow(photo) {
  for (let pause = firstPause; !photo.forgotten;) {
    await wait(pause);
    // Nobody looks.
    if (document.hidden) continue;
    const known = await ask(photo.answer.trace.id);
    if (known && known.state !== "pending") return photo.judge(known);
    pause = Math.min(longestPause, pause * 1.5);
  }
}

// Null while the edge cannot be asked.
async function ask(id) {
  try {
    const answer = await fetch(`v1/answers/${id}`);
    // What the edge no longer keeps is not judged any more either.
    if (answer.status === 404) return { state: "expired" };
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}
