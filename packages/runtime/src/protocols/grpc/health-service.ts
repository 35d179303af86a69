import { setTimeout } from 'node:timers/promises';
import { SlipwayError } from '@slipway/contract';
import { decodeMessage } from '../../protobuf/decode.ts';
import { encodeMessage } from '../../protobuf/encode.ts';
import type { EncodedMessage } from '../../protobuf/writer.ts';
import type { GrpcCall } from './call.ts';
import { statusOf } from './errors.ts';
import { HEALTH_CHECK_REQUEST, HEALTH_CHECK_RESPONSE, HEALTH_FILE, type SERVING_STATUS } from './health.ts';
import { type GrpcService, streaming, unary } from './method.ts';
import { draining } from './serve-stream.ts';

type Status = keyof (typeof SERVING_STATUS)['numbers'];

/** How often a watched status is looked at. */
const WATCH_INTERVAL_MS = 250;

/** `grpc.health.v1.Health`: whether the replica serves, as a whole (no name) and each of its services by name. */
export function createHealthService(services: readonly string[]): GrpcService {
  const known = new Set(['', ...services]);

  function statusFor(message: Uint8Array, call: GrpcCall): Status | SlipwayError {
    const request = decodeMessage(HEALTH_CHECK_REQUEST, message);
    if (request instanceof SlipwayError) return request;
    if (!known.has(request.service)) return 'SERVICE_UNKNOWN';
    return call.context.phase() === 'ready' ? 'SERVING' : 'NOT_SERVING';
  }

  function check(message: Uint8Array, call: GrpcCall): EncodedMessage | SlipwayError {
    const status = statusFor(message, call);
    if (status instanceof SlipwayError) return status;
    return status === 'SERVICE_UNKNOWN' ? new SlipwayError('not_found', 'unknown service') : encode(status);
  }

  async function* watch(messages: AsyncIterable<Uint8Array>, call: GrpcCall): AsyncGenerator<EncodedMessage> {
    for await (const message of messages) {
      let told: Status | undefined;
      while (!call.isOver) {
        const status = statusFor(message, call);
        if (status instanceof SlipwayError) throw status;
        if (status !== told) yield encode(status);
        told = status;
        if (call.context.phase() === 'draining') throw draining();
        await setTimeout(WATCH_INTERVAL_MS, undefined, { ref: false });
      }
    }
  }

  return {
    name: HEALTH_FILE.services[0]?.name ?? '',
    needsAuthorization: false,
    methods: { Check: unary(check), Watch: streaming(watch) },
    statusOf,
  };
}

function encode(status: Status): EncodedMessage {
  return encodeMessage(HEALTH_CHECK_RESPONSE, { status });
}
