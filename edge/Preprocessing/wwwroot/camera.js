// The camera: a live view, of which one picture is taken and sent like a file.
import { element } from "./show.js";

let stream = null;

export async function openCamera(take) {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    element("hint").textContent = "The camera cannot be used: there is none, or this page is not allowed to. Choose or drop a photograph instead.";
    return;
  }
  const view = element("view");
  view.srcObject = stream;
  element("closeCamera").onclick = closeCamera;
  element("take").onclick = async () => take(await picture(view));
  // Before the first picture there is none to take.
  element("take").disabled = true;
  element("camera").hidden = false;
  await view.play();
  element("take").disabled = false;
  element("take").focus();
}

function closeCamera() {
  stream?.getTracks().forEach(track => track.stop());
  stream = null;
  element("camera").hidden = true;
  element("openCamera").focus();
}

function picture(view) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [view.videoWidth, view.videoHeight];
  canvas.getContext("2d").drawImage(view, 0, 0);
  return new Promise(resolve => canvas.toBlob(blob => resolve(new File([blob], "camera.jpg", { type: "image/jpeg" })), "image/jpeg", 0.92));
}
