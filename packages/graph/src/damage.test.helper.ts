/** A whole number below another. */
export type Draw = (below: number) => number;

/** A file with one to four places overwritten, cut out or doubled; most of them among its first `head` bytes. */
export function damaged(sample: Buffer, draw: Draw, head = sample.length): Buffer {
  let bytes = Buffer.from(sample);
  for (let changes = 1 + draw(4); changes > 0; changes -= 1) {
    const at = draw(draw(8) === 0 ? bytes.length : Math.min(head, bytes.length));
    const kind = draw(5);
    if (kind < 2) bytes[at] = draw(256);
    else if (kind === 2) bytes.fill(draw(2) * 255, at, Math.min(bytes.length, at + 1 + draw(9)));
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + draw(40))]);
    else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - draw(40)))]);
  }
  return bytes;
}
