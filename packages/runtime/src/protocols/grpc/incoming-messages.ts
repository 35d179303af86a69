import type { ServerHttp2Stream } from 'node:http2';
import { SlipwayError } from '@slipway/contract';
import type { GrpcCall } from './call.ts';
import { createFrameReader, type Frame } from './frames.ts';
import { type MessageLimits, tooSlow, unpack } from './serve-unary.ts';

/** Messages that may have come and wait to be taken; the caller is held back meanwhile. */
const MAX_WAITING = 16;

/** The messages of a call, as they come. */
export interface IncomingMessages extends AsyncIterable<Uint8Array> {
  /** Takes no further message: those that have come are the last. */
  leaveOff(): void;
}

/** Reads the messages of a call. Taking them throws what is wrong with them, and ends when the caller has gone. */
export function readMessages(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  limits: MessageLimits,
): IncomingMessages {
  const reader = createFrameReader(limits.maxMessageBytes);
  const waiting: Frame[] = [];
  let isEnd = false;
  let problem: SlipwayError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let wake: () => void = () => {};

  function end(error?: SlipwayError): void {
    isEnd = true;
    problem ??= error;
    clearTimeout(timer);
    wake();
  }

  function take(frames: readonly Frame[]): void {
    waiting.push(...frames);
    if (waiting.length >= MAX_WAITING) stream.pause();
    watchMessage(frames.length > 0);
    if (frames.length > 0) wake();
  }

  stream.on('data', (chunk: Buffer) => {
    if (isEnd) return;
    const frames = reader.push(chunk);
    if (frames instanceof SlipwayError) end(frames);
    else take(frames);
  });
  stream.on('end', () => end(stream.rstCode === 0 ? reader.end() : undefined));
  stream.once('close', () => end());

  /** The time runs while a message is under way, and begins again with the next one. */
  function watchMessage(isNext: boolean): void {
    if (isNext || !reader.isInside()) {
      clearTimeout(timer);
      timer = undefined;
    }
    if (reader.isInside()) {
      timer ??= setTimeout(() => end(tooSlow(limits.messageTimeoutMs)), limits.messageTimeoutMs);
    }
  }

  async function messageOf(frame: Frame): Promise<Uint8Array> {
    const message = frame.compressed ? await unpack(call, frame, limits) : frame.bytes;
    if (message instanceof SlipwayError) throw message;
    return message;
  }

  async function* messages(): AsyncGenerator<Uint8Array> {
    while (!call.isOver) {
      const frame = waiting.shift();
      if (frame !== undefined) {
        if (waiting.length < MAX_WAITING) stream.resume();
        yield await messageOf(frame);
      } else if (problem !== undefined) throw problem;
      else if (isEnd) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  return { leaveOff: () => end(), [Symbol.asyncIterator]: messages };
}
