import { Client, credentials, Metadata, type MetadataValue, type ServiceError, status } from '@grpc/grpc-js';
import { onTestEnd, type TestScope } from '@slipway/testkit';
import { decodeMessage } from '../../protobuf/decode.ts';
import { encodeToBytes } from '../../protobuf/encode.ts';
import type { MessageInit, MessageOf, MessageSchema } from '../../protobuf/schema.ts';

/** What came of a call. */
export interface Outcome {
  /** Name of the status. */
  readonly status: string;
  readonly text: string;
  readonly message: Buffer | undefined;
  /** What came with an error beside its status. */
  readonly trailers: Readonly<Record<string, MetadataValue>>;
}

export interface CallOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** 2: gzip, 1: deflate. */
  readonly compression?: 1 | 2;
}

const asItIs = (bytes: Buffer) => bytes;

/** A client of grpc-js without generated code: messages are bytes. */
export function openClient(scope: TestScope, port: number, compression?: 1 | 2): Client {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    ...(compression === undefined ? {} : { 'grpc.default_compression_algorithm': compression }),
  });
  onTestEnd(scope, () => client.close());
  return client;
}

/** Calls a method with one message, and waits for its end, good or bad. */
export function callUnary(
  client: Client,
  path: string,
  message: Uint8Array,
  { metadata = {}, timeoutMs }: CallOptions = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      asItIs,
      asItIs,
      Buffer.from(message),
      metadataOf(metadata),
      { deadline: Date.now() + (timeoutMs ?? 10_000) },
      (error, answer) => resolve(outcomeOf(error, answer)),
    );
  });
}

/** Sends all messages at once, and gathers all answers. */
export function callStream(
  client: Client,
  path: string,
  messages: readonly Uint8Array[],
  options: CallOptions = {},
): Promise<{ readonly answers: readonly Buffer[]; readonly status: string; readonly text: string }> {
  const call = client.makeBidiStreamRequest(path, asItIs, asItIs, metadataOf(options.metadata ?? {}), {
    deadline: Date.now() + (options.timeoutMs ?? 10_000),
  });
  const answers: Buffer[] = [];
  for (const message of messages) call.write(Buffer.from(message));
  call.end();
  return new Promise((resolve) => {
    call.on('data', (answer: Buffer) => answers.push(answer));
    call.on('error', () => {});
    call.on('status', ({ code, details }) => resolve({ answers, status: status[code] ?? '', text: details }));
  });
}

/** Calls a method of a table's messages; throws what does not end well. */
export async function callMethod<Q extends MessageSchema, A extends MessageSchema>(
  client: Client,
  path: string,
  [request, answer]: readonly [Q, A],
  value: MessageInit<Q>,
  options?: CallOptions,
): Promise<MessageOf<A>> {
  const outcome = await callUnary(client, path, encodeToBytes(request, value), options);
  if (outcome.message === undefined) throw new Error(`${outcome.status}: ${outcome.text}`);
  const read = decodeMessage(answer, outcome.message);
  if (read instanceof Error) throw read;
  return read;
}

function metadataOf(entries: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
  return metadata;
}

function outcomeOf(error: ServiceError | null, message: Buffer | undefined): Outcome {
  return error === null
    ? { status: 'OK', text: '', message, trailers: {} }
    : {
        status: status[error.code] ?? '',
        text: error.details,
        message: undefined,
        trailers: error.metadata.getMap(),
      };
}
