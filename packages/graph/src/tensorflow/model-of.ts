import type { Checkpoint } from './bundle/checkpoint.ts';
import type { MetaGraph, TensorFlowFormat, TensorFlowModel } from './model.ts';

/** A model of its parts, which closes its variables. */
export function modelOf(
  format: TensorFlowFormat,
  file: string,
  metaGraphs: readonly MetaGraph[],
  variables: Checkpoint | null,
): TensorFlowModel {
  return {
    format,
    file,
    metaGraphs,
    variables,
    [Symbol.asyncDispose]: async () => variables?.[Symbol.asyncDispose](),
  };
}
