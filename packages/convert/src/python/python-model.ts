import { dirname } from 'node:path';
import type { TensorFlowModel } from '@slipway/graph/tensorflow';
import type { Requested } from '../source/requested.ts';
import type { PythonModel } from './ask-tensorflow.ts';

const META = '.meta';

/** A model as TensorFlow is to load it. */
export function pythonModel({ format, file }: TensorFlowModel, requested: Requested): PythonModel {
  const { tags, inputs, outputs } = requested;
  const aliases = Object.fromEntries([...inputs, ...outputs].map(({ name, alias }) => [name, alias]));
  return { format, path: pathFor(format, file), tags, aliases };
}

/** TensorFlow names a SavedModel by its folder, and a checkpoint by what its files begin with. */
function pathFor(format: TensorFlowModel['format'], file: string): string {
  if (format === 'saved-model') return dirname(file);
  return format === 'checkpoint' ? file.slice(0, -META.length) : file;
}
