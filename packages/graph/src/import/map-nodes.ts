import type { NodeDef } from '../generated/tensorflow/tensorflow_pb.ts';
import { GraphError } from '../graph-error.ts';
import { readConstant } from '../tensorflow/constant.ts';
import { dataTypeName } from '../tensorflow/data-types.ts';
import { quoted } from '../tensorflow/refusals.ts';
import type { Emitter } from './emitter.ts';
import { MAPPERS } from './ops/mappers.ts';
import { isVariable, type VariableTensor } from './read-variables.ts';
import { NotConverted } from './refuse.ts';
import { type Dims, integerBytes, knownOf, type Value } from './value.ts';

interface Refusal {
  readonly node: NodeDef;
  readonly why: string;
  readonly instead: string;
}

/** More lines than these, nobody reads. */
const MOST_REFUSALS = 200;

/**
 * Converts the nodes in their order and gives the outputs of each by its name. Whole numbers that are known, such as
 * shapes, are folded into constants on the way. Throws `GraphError` (`unsupported`) with all nodes that cannot be
 * converted, each with its op, why, and what to do.
 */
export function mapNodes(
  nodes: readonly NodeDef[],
  fed: ReadonlyMap<string, readonly Value[]>,
  variables: ReadonlyMap<string, VariableTensor>,
  emitter: Emitter,
): ReadonlyMap<string, readonly Value[]> {
  const values = new Map(fed);
  const refusals: Refusal[] = [];
  for (const node of nodes) {
    if (values.has(node.name)) continue;
    try {
      const outputs = outputsOf(node, values, variables, emitter);
      if (outputs !== undefined) values.set(node.name, outputs.map(folded));
    } catch (error) {
      if (!(error instanceof NotConverted)) throw error;
      refusals.push({ node, why: error.message, instead: error.instead });
    }
  }
  refuse(refusals);
  return values;
}

/** `undefined` where the node takes what could not be converted: one refusal says enough. */
function outputsOf(
  node: NodeDef,
  values: ReadonlyMap<string, readonly Value[]>,
  variables: ReadonlyMap<string, VariableTensor>,
  emitter: Emitter,
): readonly Value[] | undefined {
  if (node.op === 'Const') return [constantOf(node)];
  const variable = isVariable(node) ? variables.get(node.name) : undefined;
  if (variable !== undefined) return [tensorValue(node.name, variable)];
  const mapper = MAPPERS.get(node.op);
  if (mapper === undefined)
    throw new NotConverted(
      'Slipway does not convert this op.',
      'Choose outputs before it, or build the model without it.',
    );
  const inputs: Value[] = [];
  for (const input of node.input.filter((each) => !each.startsWith('^'))) {
    const [name = '', index = '0'] = input.split(':');
    const found = values.get(name);
    if (found === undefined) return undefined;
    const value = found[Number(index)];
    if (value === undefined)
      throw new NotConverted(
        `Its input ${quoted(input)} is not there.`,
        'Save the model again with TensorFlow.',
      );
    inputs.push(value);
  }
  return mapper({ node, inputs, emitter });
}

function constantOf(node: NodeDef): Value {
  const value = node.attr['value']?.value;
  if (value?.case !== 'tensor')
    throw new NotConverted('The constant has no value.', 'Save the model again with TensorFlow.');
  return tensorValue(node.name, readConstant(`node ${quoted(node.name)}`, value.value));
}

function tensorValue(node: string, { dtype, shape, values }: VariableTensor): Value {
  const known = knownOf(dtype.name, shape, values);
  return { name: `${node}:0`, dtype: dtype.name, shape, constant: values, known };
}

/** Whole numbers that are all known need not be computed when the model runs. */
function folded(value: Value): Value {
  const { dtype, known, constant, name } = value;
  const whole = dtype === 'int32' || dtype === 'int64';
  if (constant !== undefined || !whole || known === undefined || known.includes(null)) return value;
  const numbers = known as readonly number[];
  const shape = value.shape?.length === 0 ? [] : [numbers.length];
  return { name: `${name}~value`, dtype, shape, known, constant: integerBytes(dtype, numbers) };
}

/** The type and shape that a placeholder says it takes. */
export function placeholderOf(
  { attr }: NodeDef,
  producer: number,
): { readonly dtype: string; readonly shape: Dims } | undefined {
  const [dtype, shape] = [attr['dtype']?.value, attr['shape']?.value];
  if (dtype?.case !== 'type') return undefined;
  if (shape?.case !== 'shape' || shape.value.unknownRank)
    return { dtype: dataTypeName(dtype.value), shape: null };
  const dims = shape.value.dim.map(({ size }) => (size < 0n ? null : Number(size)));
  // Graphs of before version 24 wrote the shape () where none was given.
  return { dtype: dataTypeName(dtype.value), shape: dims.length === 0 && producer < 24 ? null : dims };
}

function refuse(refusals: readonly Refusal[]): void {
  if (refusals.length === 0) return;
  const told = refusals.slice(0, MOST_REFUSALS);
  const lines = told.map(
    ({ node, why, instead }) => `- ${quoted(node.name)} (${node.op}): ${why} ${instead}`,
  );
  const more = refusals.length > MOST_REFUSALS ? `\n- and ${refusals.length - MOST_REFUSALS} more` : '';
  throw new GraphError(
    'unsupported',
    `${refusals.length} of the model's nodes cannot be converted exactly:\n${lines.join('\n')}${more}`,
    { nodes: told.map(({ node, why, instead }) => ({ node: node.name, op: node.op, why, instead })) },
  );
}
