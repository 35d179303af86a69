import { allDataTypes } from '../../tensorflow/data-types.ts';
import type { Attributes } from '../emitter.ts';
import type { Value } from '../value.ts';
import { cast, chosen, computed } from './arithmetic.ts';
import { MOVEMENTS } from './movement.ts';
import type { Operand } from './operand.ts';

/**
 * What a node of ONNX computes from constants alone, where that is exact: where elements stand, arithmetic of whole
 * numbers, and such of floats as has one right answer. `undefined` for all else, which ONNX Runtime may compute.
 * `dtype` is the result's.
 */
export function fold(
  op: string,
  inputs: readonly Value[],
  attributes: Attributes,
  dtype: string,
): Operand | undefined {
  const operands = inputs.flatMap((input) => operandOf(input) ?? []);
  if (operands.length === 0 || operands.length < inputs.length) return undefined;
  const [first, second, third] = operands as [Operand, Operand?, Operand?];
  if (op === 'Cast') return cast(first, dtypeOf(attributes['to']));
  if (op === 'Where' && second && third) return chosen(first, second, third);
  return MOVEMENTS.get(op)?.(operands, attributes) ?? computed(op, operands, dtype);
}

function operandOf({ dtype, shape, constant }: Value): Operand | undefined {
  if (!(constant instanceof Uint8Array) || shape === null) return undefined;
  return { dtype, shape: shape as readonly number[], bytes: constant };
}

function dtypeOf(number: Attributes[string] | undefined): string {
  return allDataTypes().find(({ onnx }) => onnx === number)?.name ?? '';
}
