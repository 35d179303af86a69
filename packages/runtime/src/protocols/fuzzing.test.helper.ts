import assert from 'node:assert/strict';
import { createContext, Script } from 'node:vm';
import { SlipwayError, type TensorData } from '@slipway/contract';
import { seededRandom } from '@slipway/testkit';

/** Inputs for each decoder; `FUZZ_INPUTS` asks for more (`npm run fuzz -- oip-json`), `FUZZ_SEED` for others. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122);

/** Inputs that are watched together, and the milliseconds after which one of them hangs: a batch takes a hundredth. */
const BATCH = 1_000;
const HANG_MS = 30_000;

/** The most that an element takes for each byte of a message: a number of eight bytes that came as one. */
const BYTES_FOR_A_BYTE = 8;

/** What a decoder costs however short its message is: the first room of a list that grows. */
const FREE_BYTES = 4_096;

/** No answer to a caller's mistake is longer, whatever the message quotes. */
const MAX_ANSWER_BYTES = 4_096;

/** Draws a whole number from 0 up to but not including `below`. */
export type Draw = (below: number) => number;

/** A decoder under damaged messages. */
export interface FuzzedDecoder {
  /** Good messages, which are damaged. */
  readonly samples: readonly Uint8Array[];
  /** What damage puts in beside single bytes: what means something to the decoder. */
  readonly fragments?: readonly Uint8Array[] | undefined;
  /** Bytes that tensors may take beyond a multiple of the message, because a limit of the decoder allows them. */
  readonly maxExpansion?: number | undefined;
  /** The elements that were read, or why the message is refused. It checks what else must hold of them. */
  decode(message: Buffer, draw: Draw): readonly TensorData[] | SlipwayError;
  /** The text by which the protocol tells a caller of the error; throws if that is not in the protocol's shape. */
  answerTo(error: SlipwayError): string;
}

/**
 * Lets a decoder read damaged messages: each is read or refused in the protocol's own words, none throws, hangs, or takes
 * memory out of proportion. Throws an error with the message in hexadecimal digits.
 */
export function fuzz(decoder: FuzzedDecoder): void {
  const random = seededRandom(SEED);
  const draw: Draw = (below) => Math.floor(random() * below);
  const counts = { read: 0, refused: 0 };
  let message: Buffer = Buffer.alloc(0);
  const runBatch = (): void => {
    for (let index = 0; index < BATCH; index += 1) {
      message = damaged(decoder, draw);
      counts[readOne(decoder, message, draw)] += 1;
    }
  };
  for (let done = 0; done < INPUTS; done += BATCH) {
    try {
      interruptible(runBatch);
    } catch (error) {
      throw new Error(`After ${done} messages or more: ${message.toString('hex')}`, { cause: error });
    }
  }
  // Otherwise the damage would be too small or too great to tell anything.
  const few = INPUTS / 200;
  assert.ok(counts.read > few && counts.refused > few, `${counts.read} read, ${counts.refused} refused`);
}

function readOne(decoder: FuzzedDecoder, message: Buffer, draw: Draw): 'read' | 'refused' {
  const read = decoder.decode(message, draw);
  if (read instanceof SlipwayError) {
    const answer = decoder.answerTo(read);
    assert.ok(answer.length > 0 && Buffer.byteLength(answer) < MAX_ANSWER_BYTES, answer);
    return 'refused';
  }
  const taken = read.reduce((total, data) => total + takenBytes(data, message), 0);
  const most = BYTES_FOR_A_BYTE * message.length + FREE_BYTES + (decoder.maxExpansion ?? 0);
  assert.ok(taken <= most, `${taken} bytes for ${message.length}`);
  return 'read';
}

/** The memory behind elements, also what is reserved and not used; a view of the message takes none. */
function takenBytes(data: TensorData, message: Buffer): number {
  if (ArrayBuffer.isView(data)) return data.buffer === message.buffer ? 0 : data.buffer.byteLength;
  return data.length * BYTES_FOR_A_BYTE;
}

/** Runs it, and throws if it does not end: no timer would fire meanwhile, but the machine can be stopped from outside. */
function interruptible(run: () => void): void {
  new Script('run()').runInContext(createContext({ run }), { timeout: HANG_MS });
}

/** A sample with one to four places overwritten, cut out, doubled, or put together with another. */
function damaged({ samples, fragments = [] }: FuzzedDecoder, draw: Draw): Buffer {
  const sample = () => samples[draw(samples.length)] ?? new Uint8Array();
  let bytes = Buffer.from(sample());
  for (let changes = 1 + draw(4); changes > 0; changes -= 1) {
    const at = draw(bytes.length + 1);
    const [kept, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
    const kind = draw(6);
    if (kind === 0 && at < bytes.length) bytes[at] = draw(256);
    else if (kind === 1 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << draw(8));
    else if (kind === 2) bytes = Buffer.concat([kept, rest.subarray(draw(40))]);
    else if (kind === 3) bytes = Buffer.concat([kept, bytes.subarray(Math.max(0, at - draw(40)))]);
    else if (kind === 4 && fragments.length > 0)
      bytes = Buffer.concat([kept, fragments[draw(fragments.length)] ?? kept, rest.subarray(draw(2))]);
    else bytes = Buffer.concat([kept, sample().subarray(draw(60))]);
  }
  return bytes;
}

/** What means something in a JSON body of any protocol, as damage for one. */
export const JSON_FRAGMENTS: readonly Buffer[] = [
  ...['[', ']', '{', '}', ',', ':', '"', '\\', '\\u00', '\\ud83d', '-', '.', '0', 'e9', '1e999', '-0'],
  ...['9'.repeat(30), '9007199254740993', '[[[[', ']]]]', '[]', '{}', '""', ' ', '\n', '\0', '\xff', '\xc3'],
  ...['null', 'true', 'false', 'NaN', '-Infinity', '{"b64":"AA=="}', '"a":', '"x":', '"__proto__":'],
].map((text) => Buffer.from(text, 'latin1'));

/** The text of an error in JSON, which has to be its only member; throws if it is not. */
export function onlyText(body: string | Buffer | readonly Uint8Array[], key: string): string {
  const told: Readonly<Record<string, unknown>> = JSON.parse(String(body));
  assert.deepEqual(Object.keys(told), [key]);
  return String(told[key]);
}
