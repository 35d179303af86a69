import { readFileSync } from 'node:fs';
import type { Datatype, Tensor, TensorData } from '@slipway/contract';
import { createElements } from '../../models/elements.ts';

/** What `fixtures/grpc/make_vectors.py` wrote with the generated code of the stock clients. */
export interface Vectors {
  readonly predictRequests: readonly TensorVector[];
  readonly predictResponses: readonly TensorVector[];
  readonly inferRequests: readonly TensorVector[];
  readonly inferResponse: { readonly message: string; readonly outputs: readonly NamedTensorVector[] };
  readonly multiInferenceRequest: string;
  readonly multiInferenceResponse: string;
  readonly metadataResponse: string;
  readonly statusResponse: string;
  readonly statisticsResponse: string;
  /** For each method: its request, its response, and whether they are streams. */
  readonly methods: Readonly<Record<string, readonly [string, string, boolean, boolean]>>;
  /** For each field of each message: its number, type, label and oneof. */
  readonly messages: Readonly<Record<string, Readonly<Record<string, FieldFacts>>>>;
}

export type FieldFacts = readonly [number: number, type: string, label: string, oneof: string | null];

export interface TensorVector {
  readonly name: string;
  readonly message: string;
  readonly tensor: EncodedTensor;
}

export interface EncodedTensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** The elements as base64, little-endian; those of BYTES one by one. */
  readonly data?: string;
  readonly strings?: readonly string[];
}

export interface NamedTensorVector extends EncodedTensor {
  readonly name: string;
}

/** The vectors, read once for each test file. */
export const VECTORS: Vectors = JSON.parse(
  readFileSync(new URL('../../../fixtures/grpc/vectors.json', import.meta.url), 'utf8'),
);

/** A message of the vectors. */
export function messageBytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

/** A tensor of the vectors. */
export function vectorTensor(name: string, vector: EncodedTensor): Tensor {
  const { datatype, shape } = vector;
  return { name, datatype, shape, data: vectorData(vector) };
}

function vectorData({ datatype, data, strings }: EncodedTensor): TensorData {
  if (strings !== undefined) return strings.map(messageBytes);
  const bytes = messageBytes(data ?? '');
  const elements = createElements(datatype, bytes.length / createElements(datatype, 1).byteLength);
  new Uint8Array(elements.buffer).set(bytes);
  return elements;
}
