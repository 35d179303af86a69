import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { seededRandom } from '@slipway/testkit';

const SIDE = 64;

/** How bright a point is, from 0 to 1. */
export type Pattern = (x: number, y: number) => number;

/** Writes images of a pattern with noise, each another: `0.png`, `1.png` and so on. */
export async function writeImages(
  folder: string,
  count: number,
  pattern: Pattern = () => 0.5,
  seed = 1,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const random = seededRandom(seed);
  for (let index = 0; index < count; index += 1) {
    const levels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
      const bright = pattern(at % SIDE, Math.floor(at / SIDE));
      return Math.round(255 * (0.7 * bright + 0.3 * random()));
    });
    await writeFile(join(folder, `${index}.png`), greyPng(levels, SIDE));
  }
}

/** A square PNG of shades of grey (https://www.w3.org/TR/png-3). */
function greyPng(levels: Uint8Array, side: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(8, 8);
  const rows = Buffer.alloc(side * (side + 1));
  for (let y = 0; y < side; y += 1) rows.set(levels.subarray(y * side, (y + 1) * side), y * (side + 1) + 1);
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(kind: string, data: Uint8Array): Buffer {
  const held = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(held));
  return Buffer.concat([length, held, check]);
}
