import type { ServiceError } from '@grpc/grpc-js';
import { DEFAULT_MAX_BODY_BYTES, type Tensor } from '@slipway/contract';
import type { TlsOptions } from '../node-client/node-http.ts';
import { type NodeTensorClient, withFiles } from '../node-client/score-file.ts';
import { attemptWithin, DEFAULT_RETRY, type Outcome } from '../prediction/attempts.ts';
import { createCredentials } from '../prediction/credentials.ts';
import { type Deadline, withDeadline } from '../prediction/deadline.ts';
import { createDescriptions } from '../prediction/descriptions.ts';
import { DEFAULT_CALL_TIMEOUT_MS } from '../prediction/limits.ts';
import { type ModelCall, modelCall } from '../prediction/model-call.ts';
import { createScoreCalls } from '../prediction/score-calls.ts';
import type { ClientOptions, ModelDescription, Prediction, ScoreOptions } from '../prediction/types.ts';
import { type GrpcCall, grpcAddress, openChannel } from './channel.ts';
import { failureOfStatus } from './grpc-failure.ts';
import type { GrpcProtocol } from './grpc-protocol.ts';
import { OPEN_INFERENCE } from './open-inference.ts';
import { TENSORFLOW_SERVING_GRPC } from './tfserving.ts';

/** Options of a client over gRPC. */
export interface GrpcClientOptions extends ClientOptions {
  /** Default `oip`. */
  readonly protocol?: 'oip' | 'tfserving' | undefined;
  readonly tls?: TlsOptions | undefined;
}

const PROTOCOLS: Readonly<Record<'oip' | 'tfserving', GrpcProtocol>> = {
  oip: OPEN_INFERENCE,
  tfserving: TENSORFLOW_SERVING_GRPC,
};

/**
 * A client of one service over gRPC, on one connection that is kept until `close()`. A service behind a gateway is named in the
 * metadata `x-ms-aml-grpc-service-route`. Throws `invalid_argument` for a wrong URL.
 */
export function createGrpcPredictionClient(options: GrpcClientOptions): NodeTensorClient {
  const protocol = PROTOCOLS[options.protocol ?? 'oip'];
  const address = grpcAddress(options.url);
  const channel = openChannel(address, options.tls, options.maxAnswerBytes ?? DEFAULT_MAX_BODY_BYTES);
  const descriptions = createDescriptions();
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const closed = new AbortController();
  const credentials = createCredentials(options.credential, closed.signal);

  return withFiles({
    protocol: protocol.name,
    ...createScoreCalls({ score, describe }),
    describe: (given = {}) => describe(given),
    close() {
      closed.abort();
      channel.close();
    },
  });

  async function score(inputs: readonly Tensor[], given: ScoreOptions): Promise<Prediction> {
    const call = modelCall(options, given);
    const answer = await exchange(protocol.scoreMethod, protocol.encode(inputs, call), given);
    return protocol.decode(answer, call);
  }

  async function describe(given: ScoreOptions): Promise<ModelDescription> {
    const call = modelCall(options, given);
    return await descriptions(keyOf(call), async () => {
      const answer = await exchange(protocol.describeMethod, protocol.encodeDescribe(call), given);
      return protocol.readDescription(answer, call);
    });
  }

  async function exchange(
    method: string,
    message: Uint8Array<ArrayBuffer>,
    { timeoutMs = options.timeoutMs, signal }: ScoreOptions,
  ): Promise<Uint8Array> {
    const caller = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal]);
    const clock = { where: options.url, timeoutMs: timeoutMs ?? DEFAULT_CALL_TIMEOUT_MS, caller };
    return await withDeadline(clock, (deadline) =>
      attemptWithin({ deadline, credentials, retry }, (credential) => {
        return attempt({ method, message, credential }, deadline);
      }),
    );
  }

  async function attempt(call: GrpcCall, deadline: Deadline): Promise<Outcome<Uint8Array>> {
    try {
      return { value: await channel.call(call, deadline.signal, deadline.leftMs()) };
    } catch (thrown) {
      return failureOfStatus(thrown as ServiceError, address.host, deadline);
    }
  }
}

function keyOf({ model, version, signature }: ModelCall): string {
  return JSON.stringify([model, version, signature]);
}
