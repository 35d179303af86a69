import type { AttributeValue, Node, Tensor } from '../../model.ts';
import type { Call } from './rule.ts';
import { type Known, NOTHING, shapeText } from './shape.ts';
import type { SmallConstants } from './small-constants.ts';

/** What is known of a value, and the constant that it is. */
export interface Followed extends Known {
  readonly tensor?: Tensor | undefined;
}

/** Shows a node to its rule. */
export function callOf(
  node: Node,
  version: number,
  inputs: readonly (Followed | undefined)[],
  constants: SmallConstants,
  report: (why: string) => void,
): Call {
  const at = (input: number): Followed => inputs[input] ?? NOTHING;
  const attribute = (name: string): AttributeValue | undefined =>
    node.attributes.find((each) => each.name === name)?.value;
  return {
    op: node.op ?? '',
    version,
    inputCount: node.inputs.length,
    outputCount: node.outputs.length,
    given: (input) => (node.inputs[input] ?? '') !== '',
    dims: (input) => at(input).dims,
    elements: (input) => elementsOf(at(input), constants),
    floats: (input) => {
      const { tensor } = at(input);
      return tensor === undefined ? undefined : constants.floats(tensor);
    },
    int: (name) => {
      const found = attribute(name);
      return found?.kind === 'int' ? Number(found.value) : undefined;
    },
    ints: (name) => {
      const found = attribute(name);
      return found?.kind === 'ints' ? found.value.map(Number) : undefined;
    },
    text: (name) => {
      const found = attribute(name);
      return found?.kind === 'string' ? Buffer.from(found.value).toString() : undefined;
    },
    has: (name) => attribute(name) !== undefined,
    title: (input) => {
      const { dims } = at(input);
      return `${node.inputs[input] ?? ''}${dims === undefined ? '' : ` ${shapeText(dims)}`}`;
    },
    report,
  };
}

function elementsOf({ elements, tensor }: Followed, constants: SmallConstants): Known['elements'] {
  return elements ?? (tensor === undefined ? undefined : constants.wholeNumbers(tensor));
}
