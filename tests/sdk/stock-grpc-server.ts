import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { BYTES_PER_ELEMENT, type Datatype, ELEMENT_ARRAYS, type Tensor } from '@slipway/contract';
import { onTestEnd, type TestScope } from '@slipway/testkit';
import { ROOT } from '../cli/sandbox.ts';

/** A message that a stock client or server wrote, and the tensor in it. */
export interface StockMessage {
  readonly name: string;
  readonly message: string;
  readonly tensor: StockTensor;
}

interface StockTensor {
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data?: string;
  readonly strings?: readonly string[];
}

/** What `packages/runtime/fixtures/grpc/make_vectors.py` wrote with the generated code of the stock clients. */
export const STOCK_MESSAGES: {
  readonly predictRequests: readonly StockMessage[];
  readonly predictResponses: readonly StockMessage[];
  readonly inferRequests: readonly StockMessage[];
  readonly inferResponse: {
    readonly message: string;
    readonly outputs: readonly (StockTensor & { name: string })[];
  };
  readonly metadataResponse: string;
} = JSON.parse(readFileSync(join(ROOT, 'packages/runtime/fixtures/grpc/vectors.json'), 'utf8'));

/** The tensor of a stock message. */
export function stockTensor(name: string, { datatype, shape, data = '', strings }: StockTensor): Tensor {
  if (datatype === 'BYTES') return { name, datatype, shape, data: (strings ?? []).map(bytesOf) };
  const { buffer, length } = bytesOf(data);
  return {
    name,
    datatype,
    shape,
    data: new ELEMENT_ARRAYS[datatype](buffer, 0, length / BYTES_PER_ELEMENT[datatype]),
  };
}

/** The bytes of base64, in memory of their own. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, 'base64'));
}

/** Answers calls of one method, which it sees and gives as bytes. */
export type BytesHandler = handleUnaryCall<Buffer, Buffer>;

/** Starts grpc-js's own server with handlers by the paths of their methods; its URL. Stopped when the test ends. */
export async function startGrpcServer(
  scope: TestScope,
  handlers: Readonly<Record<string, BytesHandler>>,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<string> {
  const server = new Server();
  for (const [path, handler] of Object.entries(handlers)) {
    const implementation: UntypedServiceImplementation = { call: handler };
    server.addService({ call: { path, ...UNARY_BYTES } }, implementation);
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestEnd(scope, () => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

const asIs = (bytes: Buffer): Buffer => bytes;

const UNARY_BYTES = {
  requestStream: false,
  responseStream: false,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
} as const;
