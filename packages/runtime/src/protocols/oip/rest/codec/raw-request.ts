import type { SlipwayError, TensorSpec } from '@slipway/contract';
import type { GivenInput } from '../../check-inputs.ts';
import { bytesPerElement } from '../../datatypes.ts';
import { hasBatchAxis, type OipModel } from '../../model.ts';
import { invalid } from '../../refusals.ts';

/**
 * The input of a body that is one raw tensor and nothing else, for a model with one input. Its batch dimension is 1,
 * and at most one other is deduced from the bytes; BYTES must have one element, which comes without its length.
 */
export function readRawRequest(model: OipModel, body: Uint8Array): GivenInput | SlipwayError {
  const { inputs } = model.signature;
  const [spec] = inputs;
  if (spec === undefined || inputs.length > 1) {
    return invalid(
      `Raw request must only have 1 input (found 1) to be deduced but got ${inputs.length} inputs in '${model.name}' model configuration`,
    );
  }
  const batch = hasBatchAxis(model.signature) ? [1] : [];
  const dimensions = spec.shape.slice(batch.length);
  const fixed = dimensions.filter((size) => typeof size === 'number');
  const elements = fixed.reduce((count, size) => count * size, 1);
  const open = dimensions.length - fixed.length;
  if (open > 1) {
    return invalid(
      `The shape of the raw input '${spec.name}' can not be deduced because there are more than one variable-sized dimension`,
    );
  }
  if (spec.datatype === 'BYTES') {
    const shape = [...batch, ...fixed];
    return open === 0 && elements === 1 ? oneString(spec, shape, body) : notOneString(spec);
  }
  const deduced = elements === 0 ? 0 : Math.floor(body.length / elements / bytesPerElement(spec.datatype));
  const shape = [...batch, ...dimensions.map((size) => (typeof size === 'number' ? size : deduced))];
  return { name: spec.name, datatype: spec.datatype, shape, content: { form: 'raw', bytes: body } };
}

function oneString(spec: TensorSpec, shape: readonly number[], body: Uint8Array): GivenInput {
  return { name: spec.name, datatype: 'BYTES', shape, content: { form: 'elements', data: [body] } };
}

function notOneString(spec: TensorSpec): SlipwayError {
  return invalid(`For BYTE datatype raw input '${spec.name}', the model must have input shape [1]`);
}
