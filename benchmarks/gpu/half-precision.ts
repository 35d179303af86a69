import {
  castInput,
  castOutput,
  constantsToInitializers,
  loadElements,
  type OnnxModel,
  type Tensor,
  type ValueInfo,
} from '@slipway/graph/onnx';

/** The largest number of FP16. */
const MOST = 65_504;

/**
 * A network of the catalogue that computes in FP16 and takes and gives FP32, as before. Throws for a weight that FP16
 * cannot hold, and for nodes that cast, whose meaning would change.
 */
export function toHalfPrecision(model: OnnxModel): OnnxModel {
  const plain = constantsToInitializers(model);
  const cast = plain.graph.nodes.find(({ op }) => op === 'Cast');
  if (cast !== undefined)
    throw new Error(`The node ${cast.name} casts: this network is none of the catalogue.`);
  const { inputs, outputs, initializers, valueInfo } = plain.graph;
  const graph = {
    ...plain.graph,
    inputs: inputs.map(halfValue),
    outputs: outputs.map(halfValue),
    valueInfo: valueInfo.map(halfValue),
    initializers: initializers.map(halfTensor),
  };
  const half: OnnxModel = { ...plain, graph };
  const taking = inputs.reduce((made, { name = '' }) => castInput(made, name, 'float'), half);
  return outputs.reduce((made, { name = '' }) => castOutput(made, name, 'float'), taking);
}

function halfValue(value: ValueInfo): ValueInfo {
  if (value.type?.kind !== 'tensor' || value.type.elementType !== 'float') return value;
  return { ...value, type: { ...value.type, elementType: 'float16' } };
}

function halfTensor(tensor: Tensor): Tensor {
  if (tensor.elementType !== 'float') return tensor;
  const { buffer, byteOffset, byteLength } = Uint8Array.from(loadElements(tensor));
  const values = new Float32Array(buffer, byteOffset, byteLength / 4);
  if (values.some((value) => Math.abs(value) > MOST))
    throw new Error(`The weight ${tensor.name} has numbers that FP16 cannot hold.`);
  const bytes = new Uint8Array(Float16Array.from(values).buffer);
  return { ...tensor, elementType: 'float16', data: { form: 'raw', bytes } };
}
