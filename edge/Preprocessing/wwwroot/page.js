// The demo page: photographs in, their answers and traces out. A photograph carries its own answer, so that none can appear under another picture.
import { openCamera } from "./camera.js";
import { lookAtCircuit } from "./circuit.js";
import { Photo } from "./photo.js";
import { samples } from "./samples.js";
import { element, make, show, showState } from "./show.js";

const kept = 12;
const photos = [];
let shown = null;
let turn = new AbortController();

// A new choice takes the place of what is still under way; the photographs of one choice go one after the other.
async function choose(files) {
  if (files.length === 0) return;
  turn.abort();
  turn = new AbortController();
  const mine = turn.signal;
  const chosen = files.map(file => new Photo(file, changed));
  photos.unshift(...chosen);
  photos.splice(Math.max(kept, chosen.length)).forEach(photo => photo.forget());
  element("photos").replaceChildren(...photos.map(photo => photo.item ??= inStrip(photo)));
  element("strip").hidden = false;
  select(chosen[0]);
  for (const [index, photo] of chosen.entries()) {
    // The page goes along, unless somebody looks at another one.
    if (!mine.aborted && shown === chosen[index - 1]) select(photo);
    await photo.send(mine);
    lookAtCircuit();
  }
}

function inStrip(photo) {
  const button = make("button");
  const picture = make("img");
  picture.src = photo.address;
  picture.alt = "";
  picture.onerror = () => picture.classList.add("none");
  button.type = "button";
  button.append(picture, make("span"), " ", make("small"));
  button.addEventListener("click", () => select(photo));
  const item = make("li");
  item.append(button);
  label(item, photo);
  return item;
}

function label(item, photo) {
  item.querySelector("span").textContent = photo.title;
  item.querySelector("small").textContent = photo.mark;
  item.querySelector("small").className = `mark ${photo.mark}`;
  item.querySelector("small").hidden = !photo.mark;
  item.firstChild.ariaLabel = `${photo.name}: ${photo.title}${photo.mark && `, ${photo.mark}`}`;
}

function changed(photo) {
  label(photo.item, photo);
  if (photo === shown) showState(photo);
}

function select(photo) {
  shown = photo;
  for (const other of photos) other.item.firstChild.ariaCurrent = other === photo ? "true" : null;
  show(photo);
}

const images = list => [...list].filter(file => file.type.startsWith("image/") || !file.type);

element("file").addEventListener("change", event => {
  choose([...event.target.files]);
  event.target.value = "";
});

for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(name, event => {
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    document.body.classList.toggle("over", name === "dragenter" || name === "dragover");
    if (name === "drop") choose([...event.dataTransfer.files]);
  });
}

document.addEventListener("paste", event => choose(images(event.clipboardData?.files ?? [])));

element("again").addEventListener("click", () => shown && choose([shown.file]));

element("samples").append(...samples.map(sample => {
  const button = make("button");
  button.type = "button";
  button.append(sample.draw(112, 84), make("span", sample.name));
  button.addEventListener("click", async () => choose([await sample.file()]));
  const item = make("li");
  item.append(button);
  return item;
}));

element("openCamera").hidden = !navigator.mediaDevices?.getUserMedia;
element("openCamera").addEventListener("click", () => openCamera(file => choose([file])));

lookAtCircuit();
