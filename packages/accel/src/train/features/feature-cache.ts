import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SlipwayError, systemCode, unlessMissing } from '@slipway/contract';

/** Features of images on disk: one file an image, so that a kill loses none that was written. */
export interface FeatureCache {
  /** The features of the image with these bytes; `corrupt` where its file does not hold what was written. */
  get(sha256: string): Promise<Float32Array<ArrayBuffer> | 'corrupt' | undefined>;
  put(sha256: string, features: Float32Array): Promise<void>;
}

const MAGIC = Buffer.from('SLWFEAT1', 'latin1');
const CHECKSUM_BYTES = 32;

/**
 * The cache of one featurizer, in a folder of its digest below `folder`. Files are written beside their name and renamed,
 * and not synced: the checksum, in which the names of image and featurizer are, finds what a crash left. Rejects with
 * `storage_full`, and `invalid_argument` where the folder cannot be used.
 */
export function openFeatureCache(folder: string, featurizer: string): FeatureCache {
  const pathOf = (sha256: string) => join(folder, featurizer, sha256.slice(0, 2), sha256);
  return {
    async get(sha256) {
      const path = pathOf(sha256);
      const bytes = await unlessMissing(readFile(path)).catch((thrown) => {
        throw unusable(path, thrown);
      });
      return bytes && (decode(bytes, `${featurizer} ${sha256}`) ?? 'corrupt');
    },
    async put(sha256, features) {
      const path = pathOf(sha256);
      const temporary = `${path}.${randomUUID()}.part`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, encode(features, `${featurizer} ${sha256}`), { flag: 'wx' });
        await rename(temporary, path);
      } catch (thrown) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw unusable(path, thrown);
      }
    },
  };
}

/** Magic, elements, and the SHA-256 of both with the key. */
function encode(features: Float32Array, key: string): Uint8Array {
  const held = Buffer.concat([MAGIC, littleEndian(features)]);
  return Buffer.concat([held, checksum(held, key)]);
}

function decode(bytes: Buffer, key: string): Float32Array<ArrayBuffer> | undefined {
  const end = bytes.length - CHECKSUM_BYTES;
  const size = end - MAGIC.length;
  if (size <= 0 || size % 4 !== 0) return undefined;
  const held = bytes.subarray(0, end);
  if (!held.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (!checksum(held, key).equals(bytes.subarray(end))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + MAGIC.length, size);
  return Float32Array.from({ length: size / 4 }, (_, index) => view.getFloat32(index * 4, true));
}

function littleEndian(features: Float32Array): Uint8Array {
  const bytes = new Uint8Array(features.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of features.entries()) view.setFloat32(index * 4, value, true);
  return bytes;
}

function checksum(held: Uint8Array, key: string): Buffer {
  return createHash('sha256').update(key).update(held).digest();
}

function unusable(path: string, thrown: unknown): SlipwayError {
  const code = systemCode(thrown);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new SlipwayError(
    isFull ? 'storage_full' : 'invalid_argument',
    `The cache of features cannot use ${path} (${code ?? String(thrown)}): give another folder as cache, or none.`,
    { details: { field: 'cache', path }, cause: thrown },
  );
}
