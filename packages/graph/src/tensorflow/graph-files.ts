import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraphDefSchema, MetaGraphDefSchema } from '../generated/tensorflow/tensorflow_pb.ts';
import { openCheckpoint } from './bundle/checkpoint.ts';
import { decodeMessage, MAX_MESSAGE_BYTES } from './decode-message.ts';
import { readGraph, readMetaGraph } from './meta-graph.ts';
import type { TensorFlowModel } from './model.ts';
import { modelOf } from './model-of.ts';
import { readFileInside, readFileWithin } from './read-file.ts';
import { brokenModel, notRead } from './refusals.ts';

/** Reads a checkpoint of TensorFlow 1: the graph of its `.meta` file, and its variables. Throws `GraphError`. */
export async function loadCheckpoint(prefix: string): Promise<TensorFlowModel> {
  const file = `${prefix}.meta`;
  if ((await stat(file).catch(() => undefined)) === undefined)
    throw notRead(
      prefix,
      'The checkpoint has weights, but no graph: its .meta file is missing.',
      'Copy it beside the others, or, with TensorFlow 2, save the model with tf.saved_model.save.',
    );
  const definition = decodeMessage(
    file,
    await readFileInside(dirname(file), file, MAX_MESSAGE_BYTES),
    MetaGraphDefSchema,
  );
  const metaGraph = await readMetaGraph(file, definition, null);
  return modelOf('checkpoint', file, [metaGraph], await openCheckpoint(prefix));
}

/** Reads a frozen graph, whose weights are constants. Throws `GraphError`. */
export async function loadFrozenGraph(file: string): Promise<TensorFlowModel> {
  const definition = decodeMessage(file, await readFileWithin(file, MAX_MESSAGE_BYTES), GraphDefSchema);
  if (definition.node.length === 0)
    throw brokenModel(file, 'It holds no nodes, so that it is no frozen graph.');
  const graph = readGraph(file, definition);
  const nothing = { tags: [], signatures: new Map(), ops: new Map(), assets: [] };
  const metaGraph = { ...nothing, graph, objects: undefined, restoreOp: undefined, tensorflow: undefined };
  return modelOf('frozen-graph', file, [metaGraph], null);
}
