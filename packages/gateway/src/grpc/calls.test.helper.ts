import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceError,
  type StatusObject,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { ReplicaRoute } from '@slipway/contract';
import { onTestEnd, type TestScope } from '@slipway/testkit';

export const PREDICT = '/tensorflow.serving.PredictionService/Predict';
export const INFER = '/inference.GRPCInferenceService/ModelInfer';
export const STREAM = '/inference.GRPCInferenceService/ModelStreamInfer';

/** Messages as they are, because the gateway looks at nothing but a name. */
const same = (bytes: Buffer): Buffer => bytes;

function method(path: string): MethodDefinition<Buffer, Buffer> {
  const isStream = path === STREAM;
  return {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

const SERVICE = { [PREDICT]: method(PREDICT), [INFER]: method(INFER), [STREAM]: method(STREAM) };

/** A replica made of grpc-js that does as the test likes. */
export async function startCallReplica(
  t: TestScope,
  replicaId: string,
  implementation: UntypedServiceImplementation,
): Promise<{ readonly route: ReplicaRoute; readonly server: Server }> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  server.addService(SERVICE, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  onTestEnd(t, () => server.forceShutdown());
  return { route: { replicaId, host: '127.0.0.1', port }, server };
}

/** A client made of grpc-js that does not try again by itself. */
export function openClient(t: TestScope, port: number): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_receive_message_length': -1,
  });
  onTestEnd(t, () => client.close());
  return client;
}

export function metadataOf(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

/** How a call of one message ended. */
export interface Ended {
  readonly error: ServiceError | null;
  readonly answer: Buffer | undefined;
  readonly metadata: Metadata | undefined;
  readonly status: StatusObject;
}

export function callOnce(
  client: Client,
  path: string,
  message: Buffer,
  more: { metadata?: Readonly<Record<string, string>>; deadlineMs?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    let metadata: Metadata | undefined;
    let answered: Pick<Ended, 'error' | 'answer'> | undefined;
    const options = { deadline: Date.now() + (more.deadlineMs ?? 20_000) };
    const sent = metadataOf(more.metadata ?? {});
    const call = client.makeUnaryRequest<Buffer, Buffer>(
      path,
      same,
      same,
      message,
      sent,
      options,
      (error, answer) => {
        answered = { error, answer };
      },
    );
    call.on('metadata', (found: Metadata) => {
      metadata = found;
    });
    call.on('status', (status: StatusObject) => {
      // The callback runs in the same turn, before or after.
      setImmediate(() => resolve({ error: null, answer: undefined, ...answered, metadata, status }));
    });
  });
}

export function openStream(client: Client, metadata: Readonly<Record<string, string>> = {}) {
  return client.makeBidiStreamRequest<Buffer, Buffer>(STREAM, same, same, metadataOf(metadata));
}

/** A request that names a model as the method of its path does. */
export function requestFor(path: string, model: string, rest: Buffer = Buffer.alloc(0)): Buffer {
  const name = Buffer.concat([Buffer.of(0x0a, model.length), Buffer.from(model)]);
  const head = path === PREDICT ? Buffer.concat([Buffer.of(0x0a, name.length), name]) : name;
  return Buffer.concat([head, rest]);
}
