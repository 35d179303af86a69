import { cutBetween, type OnnxModel, setMetadata } from '@slipway/graph/onnx';
import type { Conversion } from '../native/convert-natively.ts';
import type { Requested, RequestedTensor } from '../source/requested.ts';
import type { BesideOnnx } from './files-beside.ts';
import { ALIASES } from './requested-of-onnx.ts';

/** The part of an ONNX model that is asked for, with all that its metadata and the files beside it say of that part. */
export function cutOnnx(
  model: OnnxModel,
  { inputs, outputs }: Requested,
  beside: BesideOnnx,
  version: string,
): Conversion {
  const images = beside.images.filter(({ name }) => inputs.some((input) => input.name === name));
  const taken = inputs.map(({ name }) => images.find((image) => image.name === name)?.input ?? name);
  const given = outputs.map(({ name }) => name);
  const part = sameEnds(model, taken, given) ? model : cutBetween(model, { inputs: taken, outputs: given });
  return {
    model: setMetadata(part, {
      [ALIASES.inputs]: keysOf(inputs),
      [ALIASES.outputs]: keysOf(outputs),
    }),
    images,
    beside: beside.keep(
      images.map(({ input }) => input),
      given,
    ),
    ops: [],
    converter: `slipway ${version}`,
  };
}

function sameEnds({ graph }: OnnxModel, inputs: readonly string[], outputs: readonly string[]): boolean {
  const names = (ends: readonly { readonly name?: string | undefined }[]) =>
    JSON.stringify(ends.map(({ name }) => name));
  return names(graph.inputs) === JSON.stringify(inputs) && names(graph.outputs) === JSON.stringify(outputs);
}

/** As JSON; `undefined` where callers know no tensor by a key. */
function keysOf(tensors: readonly RequestedTensor[]): string | undefined {
  if (tensors.every(({ name, alias }) => name === alias)) return undefined;
  return JSON.stringify(Object.fromEntries(tensors.map(({ name, alias }) => [alias, name])));
}
