import { dirname } from 'node:path';
import type { TensorFlowModel } from '@slipway/graph/tensorflow';
import type { Requested } from '../source/requested.ts';
import type { PythonModel } from './ask-tensorflow.ts';

const META = '.meta';

/** A model as TensorFlow is to load it. */
export function pythonModel({ format, file }: TensorFlowModel, { tags }: Requested): PythonModel {
  switch (format) {
    case 'saved-model':
      return { format, path: dirname(file), tags };
    case 'checkpoint':
      return { format, path: file.slice(0, -META.length), tags };
    case 'frozen-graph':
      return { format, path: file, tags };
  }
}
