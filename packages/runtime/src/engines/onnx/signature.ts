import {
  type Datatype,
  type Dimension,
  type Signature,
  SlipwayError,
  type TensorSpec,
} from '@slipway/contract';
import type { BfloatEnds } from '../engine.ts';
import { elementType } from './datatypes.ts';
import type { OrtSession, OrtValueMetadata } from './ort-binding.ts';

/**
 * The signature of a loaded model, whose `bfloats` the session takes and gives as FP32; throws `invalid_model` for a value
 * that is no tensor or has no datatype here.
 */
export function readSignature(session: OrtSession, bfloats: BfloatEnds | undefined): Signature {
  const inputs = new Set(bfloats?.inputs);
  const outputs = new Set(bfloats?.outputs);
  return Object.freeze({
    inputs: Object.freeze(session.inputMetadata.map((value) => readSpec(value, 'input', inputs))),
    outputs: Object.freeze(session.outputMetadata.map((value) => readSpec(value, 'output', outputs))),
  });
}

function readSpec(
  value: OrtValueMetadata,
  role: 'input' | 'output',
  bfloats: ReadonlySet<string>,
): TensorSpec {
  if (!value.isTensor) {
    throw new SlipwayError(
      'invalid_model',
      `The ${role} "${value.name}" is a sequence, a map or an optional value; only tensors can be served. Export the model with tensors (for scikit-learn: \`options={'zipmap': False}\`).`,
      { details: { [role]: value.name } },
    );
  }
  const shape = value.shape.map((size, axis) => readDimension(size, value.symbolicDimensions[axis]));
  return Object.freeze({
    name: value.name,
    datatype: bfloats.has(value.name) ? 'BF16' : readDatatype(value, role),
    shape: Object.freeze(shape),
  });
}

function readDatatype(value: OrtValueMetadata, role: 'input' | 'output'): Datatype {
  const type = elementType(value.type);
  if (type.datatype !== undefined) return type.datatype;
  throw new SlipwayError(
    'invalid_model',
    `The ${role} "${value.name}" has the datatype ${type.onnx}, which cannot be passed in and out. Put a Cast to FLOAT at that end of the model.`,
    { details: { [role]: value.name, datatype: type.onnx } },
  );
}

function readDimension(size: number, symbol: string | undefined): Dimension {
  if (size >= 0) return size;
  return symbol === undefined || symbol === '' ? null : symbol;
}
