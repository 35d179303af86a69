import type { FileHandle } from 'node:fs/promises';
import type { SourceFile } from '../../onnx/bytes.ts';
import { openInside } from '../read-file.ts';
import { damaged } from '../refusals.ts';
import type { CheckpointTensor, StoredTensor } from './bundle-index.ts';
import { crc32c, maskCrc } from './crc32c.ts';

/** How much is read and checked at a time, so that a read can be given up between. */
export const PIECE_BYTES = 4 * 1024 * 1024;

/** An open file of a checkpoint. */
interface Shard {
  readonly handle: FileHandle;
  readonly source: SourceFile;
}

/** The open files that tensors stand in. */
export interface Shards extends AsyncDisposable {
  /** The file of a tensor. */
  sourceOf(stored: StoredTensor): SourceFile;
  /** Fills `into` from `at` bytes behind a tensor's start. */
  read(stored: StoredTensor, at: number, into: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** Reads a tensor piece by piece and compares its checksum; the second time it does nothing. */
  verify(stored: StoredTensor, signal?: AbortSignal): Promise<void>;
  /** Compares the checksum of a tensor whose bytes were all read. Throws `GraphError` (`invalid_file`). */
  compare(stored: StoredTensor, sum: number): void;
}

/**
 * Opens the shards that tensors stand in, and holds that each is as long as they need. Shards lie in `folder`, also
 * behind links. Throws `GraphError` where one is missing or cut.
 */
export async function openShards(
  folder: string,
  prefix: string,
  count: number,
  tensors: readonly CheckpointTensor[],
): Promise<Shards> {
  const needed = new Map<number, { end: number; sum: number }>();
  for (const { parts } of tensors)
    for (const { shard, offset, size } of 'whole' in parts ? [parts.whole] : parts.slices) {
      const { end, sum } = needed.get(shard) ?? { end: 0, sum: 0 };
      needed.set(shard, { end: Math.max(end, offset + size), sum: sum + size });
    }
  const shards = new Map<number, Shard>();
  try {
    for (const [number, { end, sum }] of needed) {
      const path = `${prefix}.data-${fiveDigits(number)}-of-${fiveDigits(count)}`;
      const { handle, ...source } = await openInside(folder, path);
      shards.set(number, { handle, source });
      const { size } = source;
      if (size < end) throw damaged(path, size, `it ends before its tensors do, which take ${end} bytes`);
      // Bytes that several tensors share would make a small file large; TensorFlow writes each its own.
      if (size < sum) throw damaged(path, 0, `its tensors take ${sum} bytes of ${size}`);
    }
  } catch (error) {
    await closeAll(shards);
    throw error;
  }
  return readerOf(shards);
}

function readerOf(shards: ReadonlyMap<number, Shard>): Shards {
  const verified = new Set<StoredTensor>();
  const shardOf = ({ shard }: StoredTensor): Shard => shards.get(shard) as Shard;
  const read: Shards['read'] = async (stored, at, into, signal) => {
    const { handle, source } = shardOf(stored);
    const start = stored.offset + at;
    for (let done = 0; done < into.length; ) {
      signal?.throwIfAborted();
      const wanted = Math.min(PIECE_BYTES, into.length - done);
      const { bytesRead } = await handle.read(into, done, wanted, start + done);
      if (bytesRead === 0) throw damaged(source.path, start + done, 'it became shorter while it was read');
      done += bytesRead;
    }
  };
  const compare: Shards['compare'] = (stored, sum) => {
    if (maskCrc(sum) !== stored.crc)
      throw damaged(shardOf(stored).source.path, stored.offset, 'the checksum of a tensor is wrong');
    verified.add(stored);
  };
  return {
    sourceOf: (stored) => shardOf(stored).source,
    read,
    compare,
    verify: async (stored, signal) => {
      if (verified.has(stored)) return;
      const piece = new Uint8Array(Math.min(PIECE_BYTES, stored.size));
      let sum = 0;
      for (let at = 0; at < stored.size; at += piece.length) {
        const some = piece.subarray(0, stored.size - at);
        await read(stored, at, some, signal);
        sum = crc32c(some, sum);
      }
      compare(stored, sum);
    },
    [Symbol.asyncDispose]: () => closeAll(shards),
  };
}

function fiveDigits(number: number): string {
  return String(number).padStart(5, '0');
}

async function closeAll(shards: ReadonlyMap<number, Shard>): Promise<void> {
  await Promise.all([...shards.values()].map(({ handle }) => handle.close()));
}
