import type { Tensor } from '@slipway/contract';
import {
  type EncodedMessage,
  finishMessage,
  putBool,
  putBytes,
  putIntegerElements,
  putMessageStart,
  putString,
  startMessage,
  type WireWriter,
  writtenBytes,
} from '../../../../protobuf/writer.ts';
import { rawBytes } from '../../raw-bytes.ts';

/** What an answer says. */
export interface ModelInferResponse {
  readonly modelName: string;
  readonly modelVersion: string;
  /** The id of the request, if it had one. */
  readonly id: string | undefined;
  readonly outputs: readonly Tensor[];
}

/**
 * Writes a `ModelInferResponse`. All outputs are raw, which is what clients read, whatever they sent. Large tensors are
 * pieces of the result without being copied: their memory must not change until it is sent.
 */
export function encodeModelInferResponse(response: ModelInferResponse): EncodedMessage {
  const writer = startMessage();
  putOutputs(writer, response);
  putHead(writer, response);
  return finishMessage(writer);
}

/** Writes a `ModelStreamInferResponse` that holds the answer to a request, which has no other. */
export function encodeStreamAnswer(response: ModelInferResponse): EncodedMessage {
  const writer = startMessage();
  putOutputs(writer, response);
  putFinalFlag(writer);
  putHead(writer, response);
  putMessageStart(writer, 2, 0);
  return finishMessage(writer);
}

/** Writes a `ModelStreamInferResponse` that tells what is wrong with one request of the stream, which goes on. */
export function encodeStreamError(text: string, id: string | undefined): EncodedMessage {
  const writer = startMessage();
  if (id !== undefined) {
    putString(writer, 3, id);
    putMessageStart(writer, 2, 0);
  }
  putString(writer, 1, text);
  return finishMessage(writer);
}

function putOutputs(writer: WireWriter, { outputs }: ModelInferResponse): void {
  for (const output of outputs.toReversed()) putBytes(writer, 6, rawBytes(output));
  for (const output of outputs.toReversed()) putOutput(writer, output);
}

/** By this parameter, clients of streams know that no more comes for a request. */
function putFinalFlag(writer: WireWriter): void {
  const before = writtenBytes(writer);
  putBool(writer, 1, true);
  putMessageStart(writer, 2, before);
  putString(writer, 1, 'triton_final_response');
  putMessageStart(writer, 4, before);
}

function putHead(writer: WireWriter, { modelName, modelVersion, id }: ModelInferResponse): void {
  if (id !== undefined) putString(writer, 3, id);
  putString(writer, 2, modelVersion);
  putString(writer, 1, modelName);
}

function putOutput(writer: WireWriter, { name, datatype, shape }: Tensor): void {
  const before = writtenBytes(writer);
  if (shape.length > 0) putIntegerElements(writer, 3, shape);
  putString(writer, 2, datatype);
  putString(writer, 1, name);
  putMessageStart(writer, 5, before);
}
