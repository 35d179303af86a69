import type { NodeDef } from '../../generated/tensorflow/tensorflow_pb.ts';
import { readConstant } from '../../tensorflow/constant.ts';
import { quoted } from '../../tensorflow/refusals.ts';
import { knownOf } from '../value.ts';
import { behind, outputAt, type Subgraph, tensorAt, tensorInputs } from './subgraph.ts';

/** A list that a loop writes one element of in each round, behind all that are there. */
export interface Scan {
  /** The tensor that is written. */
  readonly item: string;
  /** The variable that counts the rounds from 0; `null` where elements are pushed. */
  readonly counter: number | null;
}

/** What an op that writes to a list takes: the numbers of its inputs. */
const WRITES: Readonly<Record<string, { list: number; index: number | null; item: number }>> = {
  TensorListSetItem: { list: 0, index: 1, item: 2 },
  TensorListPushBack: { list: 0, index: null, item: 1 },
  TensorArrayWriteV3: { list: 3, index: 1, item: 2 },
};

/** The variables of a loop that its body gives on as they are, by their numbers. */
export function unchangedIn({ parameters, nodes, results }: Subgraph): ReadonlySet<number> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return new Set(
    results.flatMap((result, index) => {
      const parameter = parameters[index];
      return parameter !== undefined && behind(byName, result) === `${parameter}:0` ? [index] : [];
    }),
  );
}

/** The lists among the variables of a loop that it only adds to, by their numbers. */
export function scansIn({ parameters, nodes, results }: Subgraph): ReadonlyMap<number, Scan> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const numbers = new Map(parameters.map((name, index) => [`${name}:0`, index]));
  const takers = new Map<string, number>();
  for (const node of nodes)
    for (const input of tensorInputs(node)) {
      const from = tensorAt(outputAt(input));
      takers.set(from, (takers.get(from) ?? 0) + 1);
    }
  const scans = new Map<number, Scan>();
  for (const [index, result] of results.entries()) {
    const writer = byName.get(outputAt(behind(byName, result)).node);
    const at = writer === undefined ? undefined : WRITES[writer.op];
    if (writer === undefined || at === undefined) continue;
    const inputs = tensorInputs(writer).map((input) => behind(byName, input));
    const list = `${parameters[index]}:0`;
    const counter = at.index === null ? null : numbers.get(inputs[at.index] ?? '');
    const item = tensorInputs(writer)[at.item];
    const alone =
      takers.get(list) === 1 && tensorInputs(writer).map(outputAt).map(tensorAt)[at.list] === list;
    if (!alone || item === undefined || counter === undefined) continue;
    if (counter === null || addsOne(byName, results[counter], `${parameters[counter]}:0`))
      scans.set(index, { item: tensorAt(outputAt(item)), counter });
  }
  return scans;
}

function addsOne(nodes: ReadonlyMap<string, NodeDef>, result: string | undefined, counter: string): boolean {
  const sum = result === undefined ? undefined : nodes.get(outputAt(behind(nodes, result)).node);
  if (sum?.op !== 'AddV2' && sum?.op !== 'Add') return false;
  const [a = '', b = ''] = tensorInputs(sum).map((input) => behind(nodes, input));
  return (a === counter && isOne(nodes, b)) || (b === counter && isOne(nodes, a));
}

function isOne(nodes: ReadonlyMap<string, NodeDef>, tensor: string): boolean {
  const node = nodes.get(outputAt(tensor).node);
  const value = node?.op === 'Const' ? node.attr['value']?.value : undefined;
  if (node === undefined || value?.case !== 'tensor') return false;
  const { dtype, shape, values } = readConstant(`node ${quoted(node.name)}`, value.value);
  return shape.length === 0 && knownOf(dtype.name, shape, values)?.[0] === 1;
}
