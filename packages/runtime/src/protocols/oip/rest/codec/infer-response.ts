import { isUtf8 } from 'node:buffer';
import { SlipwayError, type Tensor } from '@slipway/contract';
import { finishJson, type JsonOutput, putText, startJson } from '../../../../json/output.ts';
import { putString } from '../../../../json/write-strings.ts';
import { putTensor } from '../../../../json/write-tensor.ts';
import { renamed } from '../../../tensor-names.ts';
import { classify } from '../../classification.ts';
import type { OipModel } from '../../model.ts';
import type { OutputWish } from '../../output-wishes.ts';
import { rawBytes } from '../../raw-bytes.ts';
import { invalid } from '../../refusals.ts';

/** What an answer says beside its tensors, and how it tells them. */
export interface InferAnswer {
  /** The id of the request, if it had one. */
  readonly id: string | undefined;
  readonly model: OipModel;
  readonly version: string;
  /** In the order of the wishes, one tensor each. */
  readonly outputs: readonly Tensor[];
  readonly wishes: readonly OutputWish[];
}

/** An answer's body in pieces, of which raw tensors are views, and the headers that it needs. */
export interface EncodedAnswer {
  readonly contentType: 'application/json' | 'application/octet-stream';
  /** Value of Inference-Header-Content-Length; absent where nothing but JSON is answered. */
  readonly headerLength: number | undefined;
  readonly chunks: readonly Uint8Array[];
}

/**
 * Writes an answer: JSON, with the tensors that were wished so behind it as raw bytes. The error is `invalid_argument`:
 * classes of an output that is too large to rank, or bytes that are no text and were not wished as raw bytes.
 */
export function encodeInferResponse(answer: InferAnswer): EncodedAnswer | SlipwayError {
  const json = startJson();
  putText(json, answer.id === undefined ? '{' : `{"id":${JSON.stringify(answer.id)},`);
  putText(json, '"model_name":');
  putString(json, answer.model.name);
  putText(json, ',"model_version":');
  putString(json, answer.version);
  putText(json, ',"outputs":[');
  const raw: Uint8Array[] = [];
  for (const [index, wish] of answer.wishes.entries()) {
    const tensor = wishedTensor(answer, index, wish);
    if (tensor instanceof SlipwayError) return tensor;
    if (index > 0) putText(json, ',');
    putOutput(json, tensor, wish.binary, raw);
  }
  putText(json, ']}');
  const header = finishJson(json);
  const hasRaw = raw.length > 0;
  return {
    contentType: hasRaw ? 'application/octet-stream' : 'application/json',
    headerLength: hasRaw ? header.length : undefined,
    chunks: [header, ...raw],
  };
}

function wishedTensor(answer: InferAnswer, index: number, wish: OutputWish): Tensor | SlipwayError {
  const tensor = answer.outputs[index];
  if (tensor === undefined) {
    return new SlipwayError('internal', `The run gave no output "${wish.name}", which was asked for.`);
  }
  const told = wish.classes > 0 ? classify(tensor, wish.classes, answer.model.signature) : tensor;
  if (told instanceof SlipwayError) return told;
  const named = renamed(told, wish.name);
  return wish.binary || wish.classes > 0 || named.datatype !== 'BYTES' ? named : textTensor(named);
}

/** JSON has no place for bytes that are no text. */
function textTensor(tensor: Tensor): Tensor | SlipwayError {
  const elements = tensor.data as readonly Uint8Array[];
  if (elements.every((element) => isUtf8(element))) return tensor;
  return invalid(
    `sending BYTES data that is not UTF-8 via JSON is not supported. Please use the binary data format for output ${tensor.name}`,
  );
}

function putOutput(json: JsonOutput, tensor: Tensor, binary: boolean, raw: Uint8Array[]): void {
  putText(json, '{"name":');
  putString(json, tensor.name);
  putText(json, `,"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`);
  if (binary) {
    const bytes = rawBytes(tensor);
    putText(json, `,"parameters":{"binary_data_size":${bytes.length}}}`);
    if (bytes.length > 0) raw.push(bytes);
  } else {
    putText(json, ',"data":');
    putTensor(json, { datatype: tensor.datatype, shape: [tensor.data.length], data: tensor.data });
    putText(json, '}');
  }
}
