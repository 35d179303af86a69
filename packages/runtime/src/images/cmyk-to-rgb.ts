/** What is left of white under four inks, 0 to 255 each, cut off to whole levels as TensorFlow does. */
export function cmykToRgb(inks: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((inks.length / 4) * 3);
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const white = 255 - (inks[from + 3] as number);
    pixels[to] = ((255 - (inks[from] as number)) * white) / 255;
    pixels[to + 1] = ((255 - (inks[from + 1] as number)) * white) / 255;
    pixels[to + 2] = ((255 - (inks[from + 2] as number)) * white) / 255;
  }
  return pixels;
}
