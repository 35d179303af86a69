import {
  type Datatype,
  SlipwayError,
  type Tensor,
  type TensorData,
  type TensorSpec,
} from '@slipway/contract';
import { fromBfloat16, toBfloat16 } from '../../json/float-formats.ts';
import type { BfloatEnds, EngineSession } from '../engine.ts';
import { ORT_TYPE } from './datatypes.ts';
import type { LoadedSession } from './load-optimized.ts';
import { type OrtResults, type OrtSession, OrtTensor } from './ort-binding.ts';
import { readableOrtMessage } from './ort-message.ts';
import { readSignature } from './signature.ts';
import { decodeTexts, encodeTexts } from './text-elements.ts';

const NO_DATA = new Uint8Array(0);

/** A loaded ONNX model as an engine's session; its `bfloats` cross to the library as FP32. Throws `invalid_model` if its signature cannot be served. */
export function createOnnxSession(loaded: LoadedSession, bfloats: BfloatEnds | undefined): EngineSession {
  const { native, notes } = loaded;
  const signature = readSignature(native, bfloats);
  const slots = signature.inputs.map((spec) => new OrtTensor(ORT_TYPE[spec.datatype], NO_DATA, []));
  // Filled anew for every run: a run is synchronous, and objects of one shape keep the call cheap.
  const feeds = Object.fromEntries(
    signature.inputs.map((spec, index) => [spec.name, slots[index] as OrtTensor]),
  );
  const specs = new Map(signature.outputs.map((spec) => [spec.name, spec]));
  const allFetches = fetchesOf([...specs.keys()]);

  const fill = (inputs: readonly Tensor[]) => {
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index] as OrtTensor;
      const tensor = inputs[index] as Tensor;
      slot.dims = tensor.shape;
      slot.data = toOrt(tensor);
    }
  };
  const clear = () => {
    for (const slot of slots) slot.data = NO_DATA;
  };

  return {
    signature,
    notes,
    run(inputs, outputs) {
      try {
        fill(inputs);
        const results = runNative(
          native,
          feeds,
          outputs.length === specs.size ? allFetches : fetchesOf(outputs),
        );
        return outputs.map((name) => fromOrt(results[name], specs.get(name)));
      } finally {
        clear();
      }
    },
    placement: loaded.placement,
    close: loaded.close,
  };
}

function runNative(
  native: OrtSession,
  feeds: Readonly<Record<string, OrtTensor>>,
  fetches: Readonly<Record<string, null>>,
): OrtResults {
  try {
    return native.run(feeds, fetches);
  } catch (cause) {
    throw new SlipwayError(
      'invalid_model',
      `The model could not run on this input: ${readableOrtMessage(cause)}`,
      { cause },
    );
  }
}

function fetchesOf(names: readonly string[]): Readonly<Record<string, null>> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function toOrt(tensor: Tensor): OrtTensor['data'] {
  if (tensor.datatype === 'BYTES') return decodeTexts(tensor);
  return tensor.datatype === 'BF16' ? fromBfloat16(tensor.data as Uint16Array) : tensor.data;
}

function fromOrt(result: OrtTensor | undefined, spec: TensorSpec | undefined): Tensor {
  if (result === undefined || spec === undefined) {
    throw new SlipwayError('internal', 'ONNX Runtime left out an output that was asked for.');
  }
  const { name, datatype } = spec;
  return { name, datatype, shape: result.dims, data: elementsOf(result, datatype) };
}

function elementsOf({ data }: OrtTensor, datatype: Datatype): TensorData {
  if (datatype === 'BYTES') return encodeTexts(data as string[]);
  return datatype === 'BF16' ? toBfloat16(data as Float32Array) : (data as TensorData);
}
