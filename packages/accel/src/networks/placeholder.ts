import { SlipwayError } from '@slipway/contract';
import { IMAGES_TENSOR } from '../pipeline/pipeline.ts';
import { type SymbolicTensor, symbolicTensor } from './symbolic-tensor.ts';

/** The tensor `Placeholder:0` of a new graph: a list of encoded images, one string each. */
export function placeholder(datatype: 'string' = 'string'): SymbolicTensor {
  if (datatype === 'string') {
    return symbolicTensor({ name: IMAGES_TENSOR, datatype, shape: [null], made: { by: 'placeholder' } });
  }
  throw new SlipwayError(
    'invalid_argument',
    `datatype: a placeholder is of strings, and not of ${datatype}: networks take their pixels by importGraph().`,
    { details: { field: 'datatype' } },
  );
}
