import { join } from 'node:path';
import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Answer, Call } from './protocol.ts';

/** No answer takes this long unless something is broken. */
const ANSWER_TIMEOUT_MS = 20_000;

const PROTOS = join(import.meta.dirname, '..', 'protos');

/** One connection for each address, as clients keep it. */
const channels = new Map<string, Client>();

/** A method of a service in one of the suite's .proto files. */
export function loadMethod(file: string, service: string, method: string): MethodDefinition<object, object> {
  const definitions = loadSync(join(PROTOS, file), { keepCase: true, longs: String, defaults: true });
  const found = (definitions[service] as ServiceDefinition)[method];
  if (found === undefined) throw new Error(`${file} has no ${service}/${method}.`);
  return found;
}

/** Makes a unary call with the caller's key; `read` makes the answer of the response. */
export function callUnary(
  { door, key }: Call,
  method: MethodDefinition<object, object>,
  request: object,
  read: (response: object) => Answer,
): Promise<Answer> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(door.metadata)) metadata.set(name, value);
  if (key !== undefined) metadata.set('authorization', `Bearer ${key}`);
  const { path, requestSerialize, responseDeserialize } = method;
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null, response?: object) => {
      if (error !== null) resolve({ status: status[error.code] ?? 'no status', text: error.details });
      else if (response === undefined) reject(new Error('The call ended well and without a response.'));
      else resolve(read(response));
    };
    channelTo(door.origin).makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      { deadline },
      done,
    );
  });
}

function channelTo(origin: string): Client {
  const address = new URL(origin).host;
  const open = channels.get(address);
  if (open !== undefined) return open;
  const client = new Client(address, credentials.createInsecure());
  channels.set(address, client);
  return client;
}

/** Closes every connection. */
export function closeChannels(): void {
  for (const client of channels.values()) client.close();
  channels.clear();
}
