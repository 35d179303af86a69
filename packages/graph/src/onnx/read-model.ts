import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '../generated/onnx/onnx_pb.ts';
import { GraphError } from '../graph-error.ts';
import { openFile } from './bytes.ts';
import { externalFiles } from './external-files.ts';
import type { OnnxModel } from './model.ts';
import { carveModel, DEFAULT_LIMITS, type ReadLimits } from './wire/carve.ts';
import { modelFrom } from './wire/from-proto.ts';

/**
 * Reads an ONNX model. Elements of tensors stay in their files until they are asked for; the files must not change
 * until then. Throws `GraphError` `invalid_file` or `unsupported`, and what the system says of a file that cannot be
 * opened.
 */
export function readModel(path: string, limits: Partial<ReadLimits> = {}): OnnxModel {
  const file = openFile(path);
  try {
    const { structure, pieces } = carveModel(file, boundedBy({ ...DEFAULT_LIMITS, ...limits }));
    const source = { path, place: 'graph', pieces, external: externalFiles(path) };
    return modelFrom(parse(path, structure), source);
  } finally {
    file.close();
  }
}

function boundedBy(limits: ReadLimits): ReadLimits {
  return {
    ...limits,
    structureBytes: Math.min(limits.structureBytes, DEFAULT_LIMITS.structureBytes),
    depth: Math.min(limits.depth, DEFAULT_LIMITS.depth),
  };
}

function parse(path: string, structure: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, structure, { recursionLimit: DEFAULT_LIMITS.depth + 1 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GraphError('invalid_file', `${path} is no ONNX model: ${why}.`, { cause: error });
  }
}
