import { loadElements } from '../../onnx/load-elements.ts';
import type { Tensor } from '../../onnx/model.ts';
import { readModel } from '../../onnx/read-model.ts';
import { VARIANT_METADATA, WEIGHTS_METADATA } from '../metadata.ts';
import type { StoredTensor, StoredWeights } from './stored-weights.ts';

/** The initializers of an ONNX model. Throws `GraphError`. */
export function readOnnxWeights(path: string): StoredWeights {
  const { graph, metadata } = readModel(path);
  const said = (wanted: string) => metadata.find(({ key }) => key === wanted)?.value;
  const [layout, origin] = [said(VARIANT_METADATA), said(WEIGHTS_METADATA)];
  // The graph is named as the network, behind the scope of a classifier.
  const scope = `${graph.name?.split('/').at(-1)}/`;
  const nameOf = ({ name = '' }: Tensor) =>
    layout === undefined ? name : name.slice(Math.max(0, name.indexOf(scope)));
  return {
    file: path,
    tensors: new Map(graph.initializers.map((tensor) => [nameOf(tensor), storedTensor(tensor)])),
    built: layout === undefined || origin === undefined ? undefined : { layout, origin },
    [Symbol.asyncDispose]: async () => {},
  };
}

function storedTensor(tensor: Tensor): StoredTensor {
  const { data, dims, elementType } = tensor;
  const whole = data.form === 'raw' || data.form === 'external';
  return {
    dtype: elementType === 'float' ? 'float32' : elementType,
    shape: dims,
    load: async () => (whole ? data.bytes : loadElements(tensor)),
  };
}
