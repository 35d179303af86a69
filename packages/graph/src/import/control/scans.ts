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
  /** The list becomes longer where it has no room. */
  readonly grows: boolean;
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

/**
 * The lists among the variables of a loop that it only adds to, by their numbers. Nothing of the loop reads them.
 * `ones` are the variables that are 1 in all rounds.
 */
export function scansIn(
  body: Subgraph,
  condition: Subgraph,
  ones: ReadonlySet<number>,
): ReadonlyMap<number, Scan> {
  const { parameters, nodes, results } = body;
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const numbers = new Map(parameters.map((name, index) => [`${name}:0`, index]));
  const takers = takersIn(body);
  const asked = takersIn(condition);
  const scans = new Map<number, Scan>();
  for (const [index, result] of results.entries()) {
    const written = behind(byName, result);
    const writer = byName.get(outputAt(written).node);
    const at = writer === undefined ? undefined : WRITES[writer.op];
    if (writer === undefined || at === undefined) continue;
    const inputs = tensorInputs(writer).map((input) => tensorAt(outputAt(input)));
    const list = `${parameters[index]}:0`;
    const item = inputs[at.item];
    const counter = at.index === null ? null : numbers.get(behind(byName, inputs[at.index] ?? ''));
    const from = inputs[at.list] ?? '';
    const alone =
      behind(byName, from) === list &&
      onlyHere(byName, takers, from) &&
      onlyHere(byName, takers, result) &&
      !asked.has(`${condition.parameters[index]}:0`);
    if (!alone || item === undefined || counter === undefined) continue;
    const grows = writer.attr['resize_if_index_out_of_bounds']?.value.value === true;
    const isOne = (tensor: string): boolean => ones.has(numbers.get(tensor) ?? -1) || isOneIn(byName, tensor);
    if (counter === null || addsOne(byName, results[counter], `${parameters[counter]}:0`, isOne))
      scans.set(index, { item, counter, grows });
  }
  return scans;
}

/** How often each tensor is taken, by nodes and as a result. */
function takersIn({ nodes, results }: Subgraph): ReadonlyMap<string, number> {
  const takers = new Map<string, number>();
  for (const input of [...nodes.flatMap(tensorInputs), ...results]) {
    const tensor = tensorAt(outputAt(input));
    takers.set(tensor, (takers.get(tensor) ?? 0) + 1);
  }
  return takers;
}

/** Whether what is behind a tensor is taken nowhere else. */
function onlyHere(
  nodes: ReadonlyMap<string, NodeDef>,
  takers: ReadonlyMap<string, number>,
  tensor: string,
): boolean {
  const last = behind(nodes, tensor);
  for (let at = tensorAt(outputAt(tensor)); ; ) {
    if (takers.get(at) !== 1) return false;
    if (at === last) return true;
    const { node, index } = outputAt(at);
    at = tensorAt(outputAt(tensorInputs(nodes.get(node) as NodeDef)[index] ?? ''));
  }
}

function addsOne(
  nodes: ReadonlyMap<string, NodeDef>,
  result: string | undefined,
  counter: string,
  isOne: (tensor: string) => boolean,
): boolean {
  const sum = result === undefined ? undefined : nodes.get(outputAt(behind(nodes, result)).node);
  if (sum?.op !== 'AddV2' && sum?.op !== 'Add') return false;
  const [a = '', b = ''] = tensorInputs(sum).map((input) => behind(nodes, input));
  return (a === counter && isOne(b)) || (b === counter && isOne(a));
}

function isOneIn(nodes: ReadonlyMap<string, NodeDef>, tensor: string): boolean {
  const node = nodes.get(outputAt(tensor).node);
  const value = node?.op === 'Const' ? node.attr['value']?.value : undefined;
  if (node === undefined || value?.case !== 'tensor') return false;
  const { dtype, shape, values } = readConstant(`node ${quoted(node.name)}`, value.value);
  return shape.length === 0 && knownOf(dtype.name, shape, values)?.[0] === 1;
}
