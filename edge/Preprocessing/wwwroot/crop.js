// What the models see: upright, the shorter side made 256 pixels, of that the central 224×224. The edge does the same (ImagePreprocessor).
const side = 224;
const shorter = 256;

export async function drawCrop(photo, canvas) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, side, side);
  canvas.parentElement.hidden = true;
  canvas.dataset.of = photo.address;
  try {
    const picture = await createImageBitmap(photo.file, { imageOrientation: "from-image" });
    // Another photograph may have been chosen meanwhile.
    if (canvas.dataset.of === photo.address) {
      const taken = Math.min(picture.width, picture.height) * side / shorter;
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, (picture.width - taken) / 2, (picture.height - taken) / 2, taken, taken, 0, 0, side, side);
      canvas.parentElement.hidden = false;
    }
    picture.close();
  } catch {
    // No picture: the answer says why.
  }
}
