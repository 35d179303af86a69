import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { TestScope } from '@slipway/testkit';
import {
  type AttrValueSchema,
  GraphDefSchema,
  type NodeDef,
  NodeDefSchema,
} from '../../generated/tensorflow/tensorflow_pb.ts';
import { fileOf } from '../../onnx/fixtures.test.helper.ts';
import { loadTensorFlow } from '../../tensorflow/load-tensorflow.ts';
import type { TensorRequest } from '../choose-tensors.ts';
import { importTensorFlow } from '../import-tensorflow.ts';
import type { ImportedModel } from '../imported-model.ts';

const FOLDER = new URL('../../../fixtures/tensorflow-flow/', import.meta.url);

export const SCORES = 'classifier/resnet_v1_50/predictions/Softmax:0';

/** The path of a model that scripts/make-tensorflow-flow.py made. */
export function flowFixture(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

/** A graph to change, by the names of its nodes. */
export interface Editable {
  node(name: string): NodeDef;
  add(name: string, op: string, input: readonly string[], attr?: Attributes): void;
}

type Attributes = Record<string, MessageInitShape<typeof AttrValueSchema>>;

/** Imports a frozen graph, changed. */
export async function importEdited(
  scope: TestScope,
  file: string,
  edit: (graph: Editable) => void,
  request: TensorRequest = { outputs: [SCORES] },
): Promise<ImportedModel> {
  const graph = fromBinary(GraphDefSchema, await readFile(flowFixture(file)));
  edit({
    node: (name) => graph.node.find((node) => node.name === name) ?? assert.fail(name),
    add(name, op, input, attr = {}) {
      graph.node.push(create(NodeDefSchema, { name, op, input: [...input], attr }));
    },
  });
  await using model = await loadTensorFlow(await fileOf(scope, toBinary(GraphDefSchema, graph)));
  return await importTensorFlow(model, request);
}

export function int(value: number): MessageInitShape<typeof AttrValueSchema> {
  return { value: { case: 'i', value: BigInt(value) } };
}

export function truth(value: boolean): MessageInitShape<typeof AttrValueSchema> {
  return { value: { case: 'b', value } };
}

export function type(value: number): MessageInitShape<typeof AttrValueSchema> {
  return { value: { case: 'type', value } };
}

/** A constant of a single number. */
export function scalar(dtype: 1 | 3, value: number): MessageInitShape<typeof AttrValueSchema> {
  const held = dtype === 1 ? { floatVal: [value] } : { intVal: [value] };
  return { value: { case: 'tensor', value: { dtype, tensorShape: {}, ...held } } };
}
