import { damaged, notRead, quoted } from '../../tensorflow/refusals.ts';
import { type ElementType, readDataspace, readDatatype } from './datatype.ts';
import { SAVE_AGAIN, type Structure, wide } from './file.ts';
import { MESSAGE, type Message } from './header.ts';

/** An attribute before its value is read. */
interface Attribute {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[] | null;
  readonly data: Buffer;
  readonly address: number;
}

/** The most that the texts of one attribute may take: the configuration of a model of a thousand layers has 2 MB. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

const COLLECTION_BYTES = 16;
const OBJECT_BYTES = 16;

/** The strings of an attribute, one where it is no list; `undefined` where there is none. Throws `GraphError`. */
export async function readTexts(
  structure: Structure,
  messages: readonly Message[],
  name: string,
): Promise<readonly string[] | undefined> {
  for (const message of messages) {
    if (message.type === MESSAGE.attributeInfo)
      throw notRead(structure.name, 'It has attributes in a form that Keras does not write.', SAVE_AGAIN);
    if (message.type !== MESSAGE.attribute) continue;
    const attribute = readAttribute(structure.name, message);
    if (attribute.name === name) return textsOf(structure, attribute);
  }
  return undefined;
}

function readAttribute(file: string, { data, address }: Message): Attribute {
  const version = data.length < 8 ? 0 : data.readUInt8(0);
  if (version < 1 || version > 3) throw damaged(file, address, 'an attribute is broken');
  const sizes = [2, 4, 6].map((at) => data.readUInt16LE(at)) as [number, number, number];
  // Only the first version aligns each part.
  const taken = sizes.map((size) => (version === 1 ? Math.ceil(size / 8) * 8 : size)) as typeof sizes;
  const start = version === 3 ? 9 : 8;
  const [type, space, end] = [taken[0], taken[0] + taken[1], taken[0] + taken[1] + taken[2]];
  if (start + end > data.length) throw damaged(file, address, 'an attribute is cut');
  const part = (from: number, size: number): Buffer => data.subarray(start + from, start + from + size);
  return {
    name: part(0, sizes[0]).toString('utf8').replace(/\0.*$/s, ''),
    type: readDatatype(file, address, part(type, sizes[1])),
    dims: readDataspace(file, address, part(space, sizes[2])),
    data: data.subarray(start + end),
    address,
  };
}

async function textsOf(structure: Structure, attribute: Attribute): Promise<readonly string[]> {
  const { name, type, dims, data, address } = attribute;
  if (dims === null) return [];
  const count = dims.reduce((product, size) => product * size, 1);
  // h5py writes a list of nothing as numbers.
  if (count === 0) return [];
  if (type.kind !== 'text' && type.kind !== 'heap-text')
    throw damaged(structure.name, address, `the attribute ${quoted(name)} is no text`);
  if (type.size === 0 || count * type.size > data.length)
    throw damaged(structure.name, address, `the attribute ${quoted(name)} is cut`);
  const texts: string[] = [];
  for (let index = 0, length = 0; index < count; index += 1) {
    const element = data.subarray(index * type.size, (index + 1) * type.size);
    const bytes = type.kind === 'text' ? element : await heapText(structure, element, address);
    length += bytes.length;
    if (length > MAX_TEXT_BYTES)
      throw damaged(structure.name, address, `the attribute ${quoted(name)} is longer than any model's`);
    texts.push(withoutPadding(bytes).toString('utf8'));
  }
  return texts;
}

/** The string that an element of 16 bytes points at: its length, its collection, and its number there. */
async function heapText(structure: Structure, element: Buffer, address: number): Promise<Buffer> {
  const [length, collection, index] = [element.readUInt32LE(0), wide(element, 4), element.readUInt32LE(12)];
  if (length === 0) return Buffer.alloc(0);
  const head = await structure.marked(collection, COLLECTION_BYTES, 'GCOL');
  const end = collection + wide(head, 8);
  for (let at = collection + COLLECTION_BYTES; at + OBJECT_BYTES <= end; ) {
    const object = await structure.read(at, OBJECT_BYTES);
    const [number, size] = [object.readUInt16LE(0), wide(object, 8)];
    if (number === index && size >= length) return structure.read(at + OBJECT_BYTES, length);
    if (number === 0) break;
    at += OBJECT_BYTES + Math.ceil(size / 8) * 8;
  }
  throw damaged(structure.name, address, 'a text is not where it is to be');
}

/** Without the zeros and spaces that fill up a string. A pattern would look at each space of a long text anew. */
function withoutPadding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0 || bytes[end - 1] === 0x20)) end -= 1;
  return bytes.subarray(0, end);
}
