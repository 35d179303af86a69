import { damaged, notRead } from '../../tensorflow/refusals.ts';
import { SAVE_AGAIN, type Structure, wide } from './file.ts';

/** A message in the header of an object. */
export interface Message {
  readonly type: number;
  readonly data: Buffer;
  /** In bytes from the start of the file. */
  readonly address: number;
}

/** The kinds of message that are read, or that change what an object is. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

const PREFIX_BYTES = 16;
const MESSAGE_BYTES = 8;
const SHARED = 2;

/** What a header may take together: Keras cuts lists of names into pieces of 64 kB, and a layer has a few of them. */
const MAX_HEADER_BYTES = 64 * 1024 * 1024;

/** All messages of the header at `address`. Throws `GraphError`. */
export async function readHeader(structure: Structure, address: number): Promise<readonly Message[]> {
  const prefix = await structure.read(address, PREFIX_BYTES);
  if (prefix.toString('latin1', 0, 4) === 'OHDR')
    throw notRead(structure.name, 'It is HDF5 in a form that Keras does not write.', SAVE_AGAIN);
  if (prefix.readUInt8(0) !== 1) throw damaged(structure.name, address, 'no object begins there');
  const messages: Message[] = [];
  const blocks = [{ start: address + PREFIX_BYTES, length: prefix.readUInt32LE(8) }];
  let bytes = 0;
  // What is added while it is walked is given as well.
  for (const { start, length } of blocks) {
    bytes += length;
    if (bytes > MAX_HEADER_BYTES)
      throw damaged(
        structure.name,
        start,
        `the header of an object takes more than ${MAX_HEADER_BYTES} bytes`,
      );
    for (const message of messagesOf(structure.name, start, await structure.read(start, length))) {
      if (message.type !== MESSAGE.continuation) messages.push(message);
      else if (message.data.length >= 16)
        blocks.push({ start: wide(message.data, 0), length: wide(message.data, 8) });
    }
  }
  return messages;
}

/** The message of that type; `undefined` where there is none. */
export function messageOf(messages: readonly Message[], type: number): Message | undefined {
  return messages.find((message) => message.type === type);
}

function messagesOf(name: string, start: number, block: Buffer): Message[] {
  const messages: Message[] = [];
  for (let at = 0; at + MESSAGE_BYTES <= block.length; ) {
    const [type, length] = [block.readUInt16LE(at), block.readUInt16LE(at + 2)];
    const from = at + MESSAGE_BYTES;
    if (from + length > block.length) throw damaged(name, start + at, 'a message is longer than its header');
    if ((block.readUInt8(at + 4) & SHARED) !== 0)
      throw notRead(name, 'Objects share their types or attributes, as Keras does not write it.', SAVE_AGAIN);
    messages.push({ type, data: block.subarray(from, from + length), address: start + from });
    at = from + length;
  }
  return messages;
}
