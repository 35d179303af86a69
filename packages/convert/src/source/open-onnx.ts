import { dirname } from 'node:path';
import { type ConvertJob, SlipwayError } from '@slipway/contract';
import { freeze, GraphError, type OnnxModel, readModel, requireValid } from '@slipway/graph/onnx';
import { cutOnnx } from '../onnx/cut-onnx.ts';
import { readFilesBeside } from '../onnx/files-beside.ts';
import { requestedOfOnnx } from '../onnx/requested-of-onnx.ts';
import type { Source } from './open-source.ts';

/** A model that is ONNX already: it is checked, and cut to what is asked for. */
export async function openOnnx(path: string, { engine, python, request }: ConvertJob): Promise<Source> {
  if (engine === 'python' || python !== null) throw noPython();
  if (request.signature !== undefined || request.graphTags !== undefined) throw noSignatures();
  const model = freeze(readModel(path));
  requireValid(model, { trustedDomains: domainsOf(model) });
  const beside = readFilesBeside(dirname(path));
  const requested = requestedOfOnnx(model, beside.images, request);
  return {
    format: 'onnx',
    requested,
    python: undefined,
    convert: async (version) => cutOnnx(model, requested, beside, version),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Operators of other makers are ONNX Runtime's to check. */
function domainsOf({ opsets }: OnnxModel): readonly string[] {
  return opsets.flatMap(({ domain = '' }) => (domain === '' || domain === 'ai.onnx' ? [] : [domain]));
}

function noPython(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    'The model is ONNX already, which no TensorFlow answers beside: leave out python (--python), environment and engine.',
    { details: { field: 'python' } },
  );
}

function noSignatures(): GraphError {
  return new GraphError(
    'invalid_argument',
    'The model is ONNX, which has no signatures and no tags: name its tensors (inputs, outputs).',
  );
}
