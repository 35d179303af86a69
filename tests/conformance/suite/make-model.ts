import type { Signature } from '@slipway/contract';
import {
  addModel,
  CONV_NET_IMAGE,
  convNet,
  DIGIT_LAYERS,
  digitMlp,
  encodeModel,
  identityModel,
  node,
  type OnnxInitializer,
  tensorSpec,
} from '@slipway/testkit';
import type { ModelFile } from '../../harness/served-models.ts';
import { joinRaw } from './elements.ts';
import type { TableModel } from './table.ts';
import { readTensor, type TableTensor } from './table-tensor.ts';

const OPSET = 17;

/** A model of a table as a file. */
export function makeModel(model: TableModel): ModelFile {
  const { name, version, labels, declares } = model;
  return { name, version, labels, onnx: encode(model), signature: declares };
}

function encode({ made, identity, graph }: TableModel): Uint8Array {
  if (identity !== undefined) return identityModel(identity.datatype, identity.shape);
  if (made !== undefined) return MADE[made].make();
  if (graph === undefined) throw new Error('A model of a table is `made`, an `identity`, or has a `graph`.');
  const nodes = graph.nodes.map(({ operator, inputs, outputs }) => node(operator, inputs, outputs));
  const initializers = (graph.initializers ?? []).map(toInitializer);
  return encodeModel({ opset: OPSET, graph: { ...graph, nodes, initializers } });
}

/** A constant goes into the model as its bytes, whatever their type. */
function toInitializer(constant: TableTensor): OnnxInitializer {
  const { name, datatype, shape, ...rest } = readTensor(constant);
  return { name, datatype, shape, data: new Uint8Array(joinRaw({ name, datatype, shape, ...rest })) };
}

/** What a model takes and gives. */
export function signatureOf({ made, identity, graph }: TableModel): Signature {
  if (identity !== undefined) {
    const { datatype, shape } = identity;
    return {
      inputs: [tensorSpec('input', datatype, shape)],
      outputs: [tensorSpec('output', datatype, shape)],
    };
  }
  return made === undefined ? (graph ?? { inputs: [], outputs: [] }) : MADE[made].signature;
}

const MADE: Readonly<Record<NonNullable<TableModel['made']>, { make(): Uint8Array; signature: Signature }>> =
  {
    add: {
      make: addModel,
      signature: {
        inputs: [tensorSpec('a', 'FP32', ['batch', 2]), tensorSpec('b', 'FP32', ['batch', 2])],
        outputs: [tensorSpec('sum', 'FP32', ['batch', 2])],
      },
    },
    digits: { make: digitMlp, signature: classifier([DIGIT_LAYERS[0]]) },
    convNet: { make: () => convNet(1), signature: classifier(CONV_NET_IMAGE) },
  };

function classifier(image: readonly number[]): Signature {
  return {
    inputs: [tensorSpec('image', 'FP32', ['batch', ...image])],
    outputs: [tensorSpec('probabilities', 'FP32', ['batch', 10])],
  };
}
