import { damaged, notRead, quoted } from '../../tensorflow/refusals.ts';
import { SAVE_AGAIN, type Structure, wide } from './file.ts';
import { MESSAGE, type Message, messageOf } from './header.ts';

const HEAP_BYTES = 32;
const NODE_BYTES = 24;
const TABLE_BYTES = 8;
const SYMBOL_BYTES = 40;
const SYMBOLIC_LINK = 2;

/** More than any model has in one group. */
const MAX_MEMBERS = 100_000;
const MAX_NAMES_BYTES = 64 * 1024 * 1024;
const DEEPEST = 32;

/** The members of a group by name, with where their headers stand; of what is no group, none. Throws `GraphError`. */
export async function readMembers(
  structure: Structure,
  messages: readonly Message[],
): Promise<ReadonlyMap<string, number>> {
  if (messageOf(messages, MESSAGE.linkInfo) !== undefined || messageOf(messages, MESSAGE.link) !== undefined)
    throw notRead(structure.name, 'It has groups in a form that Keras does not write.', SAVE_AGAIN);
  const table = messageOf(messages, MESSAGE.symbolTable);
  const members = new Map<string, number>();
  if (table === undefined) return members;
  if (table.data.length < 16) throw damaged(structure.name, table.address, 'a group is cut');
  const names = await readNames(structure, wide(table.data, 8));
  for (const address of await tablesOf(structure, wide(table.data, 0)))
    for (const [name, header] of await symbolsOf(structure, address, names)) {
      if (members.has(name) || members.size >= MAX_MEMBERS)
        throw damaged(structure.name, address, `a group has ${quoted(name)} twice, or too many members`);
      members.set(name, header);
    }
  return members;
}

async function readNames(structure: Structure, address: number): Promise<Buffer> {
  const heap = await structure.marked(address, HEAP_BYTES, 'HEAP');
  const length = wide(heap, 8);
  if (length > MAX_NAMES_BYTES) throw damaged(structure.name, address, 'the names of a group are too long');
  return structure.read(wide(heap, 24), length);
}

/** The leaves of the tree, in their order. */
async function tablesOf(structure: Structure, root: number): Promise<readonly number[]> {
  const seen = new Set<number>();
  const leaves: number[] = [];
  const visit = async (address: number, above: number): Promise<void> => {
    const head = await structure.marked(address, NODE_BYTES, 'TREE');
    const [type, level, count] = [head.readUInt8(4), head.readUInt8(5), head.readUInt16LE(6)];
    if (type !== 0 || level >= above || seen.has(address))
      throw damaged(structure.name, address, 'the tree of a group is broken');
    seen.add(address);
    const children = await structure.read(address + NODE_BYTES, count * 16 + 8);
    for (let index = 0; index < count; index += 1) {
      const child = wide(children, index * 16 + 8);
      if (level === 0) leaves.push(child);
      else await visit(child, level);
    }
  };
  await visit(root, DEEPEST);
  return leaves;
}

async function symbolsOf(
  structure: Structure,
  address: number,
  names: Buffer,
): Promise<readonly (readonly [string, number])[]> {
  const head = await structure.marked(address, TABLE_BYTES, 'SNOD');
  const count = head.readUInt16LE(6);
  const symbols = await structure.read(address + TABLE_BYTES, count * SYMBOL_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const at = index * SYMBOL_BYTES;
    const start = wide(symbols, at);
    const end = names.indexOf(0, start);
    if (start >= names.length || end < 0)
      throw damaged(structure.name, address, 'the name of a member of a group is not there');
    const name = names.toString('utf8', start, end);
    if (symbols.readUInt32LE(at + 16) === SYMBOLIC_LINK)
      throw notRead(structure.name, `${quoted(name)} is a link, as Keras does not write it.`, SAVE_AGAIN);
    return [name, wide(symbols, at + 8)] as const;
  });
}
