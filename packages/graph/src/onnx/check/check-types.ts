import { elementTypeOf } from '../element-types.ts';
import type { Node } from '../model.ts';
import type { Operator, Parameter } from './operators.ts';
import { type Scope, typeIn } from './scope.ts';

/** Operators whose output has the type that an attribute names, or that of the tensor in it. */
const TYPE_ATTRIBUTES: Readonly<Record<string, string>> = {
  Cast: 'to',
  Constant: 'value',
  ConstantOfShape: 'value',
};

/**
 * Checks the types of inputs against what an operator takes; returns those of its outputs, where the inputs, an attribute or the
 * operator alone tell them.
 */
export function checkTypes(
  node: Node,
  operator: Operator,
  scope: Scope,
  report: (why: string) => void,
): readonly (string | undefined)[] {
  const bound = new Map<string, { readonly type: string; readonly name: string }>();
  for (const [index, name] of node.inputs.entries()) {
    const parameter = parameterAt(operator.inputs, index);
    const type = name === '' ? undefined : typeIn(scope, name);
    if (parameter === undefined || type === undefined) continue;
    if (!parameter.types.includes(type)) {
      report(`Its input ${parameter.name} (${name}) is ${type}; it takes ${parameter.types.join(', ')}.`);
      continue;
    }
    if (parameter.variable === '' || (parameter.option === 'variadic' && !parameter.homogeneous)) continue;
    const other = bound.get(parameter.variable);
    if (other === undefined) bound.set(parameter.variable, { type, name });
    else if (other.type !== type) {
      report(
        `Its input ${parameter.name} (${name}) is ${type}, and ${other.name} is ${other.type}: both must be the same.`,
      );
    }
  }
  return node.outputs.map((_, index) => {
    const parameter = parameterAt(operator.outputs, index);
    if (parameter === undefined || (parameter.option === 'variadic' && !parameter.homogeneous))
      return undefined;
    return bound.get(parameter.variable)?.type ?? typeOfAttribute(node) ?? onlyType(parameter);
  });
}

/** The last parameter stands for all that follow if it is variadic. */
function parameterAt(parameters: readonly Parameter[], index: number): Parameter | undefined {
  const last = parameters.at(-1);
  return parameters[index] ?? (last?.option === 'variadic' ? last : undefined);
}

function typeOfAttribute(node: Node): string | undefined {
  const wanted = TYPE_ATTRIBUTES[node.op ?? ''];
  const value = node.attributes.find(({ name }) => wanted !== undefined && name === wanted)?.value;
  if (value?.kind === 'tensor') return `tensor(${value.value.elementType})`;
  if (value?.kind !== 'int') return undefined;
  const type = elementTypeOf(Number(value.value));
  return type === undefined ? undefined : `tensor(${type})`;
}

function onlyType({ types }: Parameter): string | undefined {
  return types.length === 1 ? types[0] : undefined;
}
