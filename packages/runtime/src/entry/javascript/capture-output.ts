import { LineGatherer } from '../lines.ts';
import type { OutputStream } from '../messages.ts';

/** A line that does not end is cut here, and so is one print of more. */
const MAX_PIECE_BYTES = 64 * 1024;

/** What this thread prints from now on. */
export interface CapturedOutput {
  /** Hands over lines that have not ended. */
  flush(): void;
}

/** Hands what the thread prints to `send`, whole lines where they end in time; `send` may wait. */
export function captureOutput(send: (stream: OutputStream, text: Buffer) => void): CapturedOutput {
  const gatherers = (['stdout', 'stderr'] as const).map((stream) => {
    const lines = new LineGatherer(MAX_PIECE_BYTES, (text) => send(stream, text));
    const write = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      pushPieces(lines, bytesOf(chunk, encoding));
      const done = typeof encoding === 'function' ? encoding : callback;
      if (typeof done === 'function') process.nextTick(done as () => void);
      return true;
    };
    process[stream].write = write as typeof process.stdout.write;
    return lines;
  });
  return {
    flush() {
      for (const lines of gatherers) lines.flush();
    },
  };
}

function pushPieces(lines: LineGatherer, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += MAX_PIECE_BYTES) {
    lines.push(bytes.subarray(at, at + MAX_PIECE_BYTES));
  }
}

function bytesOf(chunk: unknown, encoding: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  return Buffer.from(String(chunk), typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}
