import { type ConvertJob, SlipwayError } from '@slipway/contract';
import { loadTensorFlow } from '@slipway/graph/tensorflow';
import { convertNatively } from '../native/convert-natively.ts';
import { convertWithPython } from '../python/convert-with-python.ts';
import { pythonModel } from '../python/python-model.ts';
import type { Tell } from '../tell.ts';
import type { Source } from './open-source.ts';
import { requestedOf } from './requested.ts';

/** A model of TensorFlow, which the engine of the job converts. */
export async function openTensorFlow(path: string, job: ConvertJob, tell: Tell): Promise<Source> {
  const { engine, python, memoryBytes, request, work } = job;
  const model = await loadTensorFlow(path);
  const requested = requestedOf(model, request);
  const told = pythonModel(model, requested);
  return {
    format: model.format,
    requested,
    python: told,
    async convert(version) {
      if (engine === 'native') return await convertNatively(model, request, version);
      if (python === null) throw new SlipwayError('internal', 'The engine python was given no Python.');
      return await convertWithPython({ python, memoryBytes, tell }, model, told, requested, work);
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
