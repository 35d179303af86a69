import { type Bytes, loadBytes } from '../../onnx/bytes.ts';
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
  // Elements in files are only read where all inputs are constants.
  if (inputs.length === 0 || !inputs.every(isFixed)) return undefined;
  const operands = inputs.map(operandOf);
  const [first, second, third] = operands as [Operand, Operand?, Operand?];
  if (op === 'Cast') return cast(first, dtypeOf(attributes['to']));
  if (op === 'Where' && second && third) return chosen(first, second, third);
  return MOVEMENTS.get(op)?.(operands, attributes) ?? computed(op, operands, dtype);
}

function isFixed({ shape, constant }: Value): boolean {
  return constant !== undefined && !Array.isArray(constant) && shape !== null;
}

function operandOf({ dtype, shape, constant }: Value): Operand {
  return { dtype, shape: shape as readonly number[], bytes: loadBytes(constant as Bytes) };
}

function dtypeOf(number: Attributes[string] | undefined): string {
  return allDataTypes().find(({ onnx }) => onnx === number)?.name ?? '';
}
