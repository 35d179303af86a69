import type { ServerHttp2Stream } from 'node:http2';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import type { EncodedMessage } from '../../protobuf/writer.ts';
import type { GrpcCall } from './call.ts';
import { decompress, type MessageEncoding } from './compression.ts';
import { createFrameReader, type Frame } from './frames.ts';
import type { UnaryMethod } from './method.ts';

/** What both kinds of methods need to read messages. */
export interface MessageLimits {
  readonly encoding: MessageEncoding | undefined;
  readonly maxMessageBytes: number;
  /** From the beginning of a message, or of a call that is to have just one, to its end; against callers that trickle. */
  readonly messageTimeoutMs: number;
}

/** Reads the one message of a call, and answers it. */
export function serveUnary(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  method: UnaryMethod,
  limits: MessageLimits,
): void {
  const reader = createFrameReader(limits.maxMessageBytes);
  let only: Frame | undefined;
  const timer = setTimeout(() => call.fail(tooSlow(limits.messageTimeoutMs)), limits.messageTimeoutMs);
  stream.on('close', () => clearTimeout(timer));
  const take = (frame: Frame) => {
    if (only === undefined) only = frame;
    else call.fail(wrongCount('more than one'));
  };
  stream.on('data', (chunk: Buffer) => {
    if (call.isOver) return;
    const frames = reader.push(chunk);
    if (frames instanceof SlipwayError) call.fail(frames);
    else for (const frame of frames) take(frame);
  });
  stream.on('end', () => {
    clearTimeout(timer);
    // Node ends a stream that was reset as if it were whole.
    if (call.isOver || stream.rstCode !== 0) return;
    const problem = reader.end();
    if (problem !== undefined) call.fail(problem);
    else if (only === undefined) call.fail(wrongCount('no'));
    else void answer(call, method, only, limits);
  });
}

async function answer(
  call: GrpcCall,
  method: UnaryMethod,
  frame: Frame,
  limits: MessageLimits,
): Promise<void> {
  try {
    const message = frame.compressed ? await unpack(call, frame, limits) : frame.bytes;
    const reply = message instanceof SlipwayError ? message : await method.serve(message, call);
    if (reply instanceof SlipwayError) call.fail(reply);
    else {
      await call.reply(reply);
      giveBack(frame, reply);
    }
  } catch (thrown) {
    call.fail(toSlipwayError(thrown));
  }
}

/**
 * Gives a message's memory back when it has been answered and nothing reads it any more. Left to the collector, it
 * is megabytes outside of the heap, for which all of the heap is searched every few calls.
 */
function giveBack({ memory }: Frame, { chunks }: EncodedMessage): void {
  if (memory?.detached === false && chunks.every(({ buffer }) => buffer !== memory)) memory.transfer(0);
}

/** The message of a compressed frame; its answer may then be compressed too. */
export function unpack(
  call: GrpcCall,
  frame: Frame,
  { encoding, maxMessageBytes }: MessageLimits,
): Promise<Uint8Array | SlipwayError> {
  if (encoding !== undefined) call.answerIn(encoding);
  return decompress(frame, encoding, maxMessageBytes);
}

function wrongCount(count: string): SlipwayError {
  return new SlipwayError('unsupported', `The method takes one message, and ${count} message came.`);
}

/** The error of a message that does not arrive. */
export function tooSlow(timeoutMs: number): SlipwayError {
  return new SlipwayError('deadline_exceeded', `The message had not arrived whole within ${timeoutMs} ms.`);
}
