import { type LoadedModel, SlipwayError, toSlipwayError } from '@slipway/contract';
import type { DataPlane, InferRequest, InferResponse } from '../../data-plane/data-plane.ts';
import type { Question } from '../../observability/asked-by.ts';
import { countAnswered, countBegun, countFailed } from '../count.ts';
import type { InferCall } from '../infer.ts';
import type { ProtocolName } from '../protocol.ts';
import type { GrpcCall } from './call.ts';
import type { Reply } from './method.ts';

/** A message that was read, and the model that it is for. */
export interface Inference {
  readonly protocol: ProtocolName;
  readonly dataPlane: DataPlane;
  readonly model: LoadedModel;
  readonly asked: InferCall;
  /** What is asked, for metrics; absent: `Predict`. */
  readonly question?: Question | undefined;
  /** `performance.now()` when reading the message began. */
  readonly decodeFrom: number;
}

/** Tensors → data plane → message, counted as every protocol counts. Never rejects. */
export async function infer<R extends Reply>(
  call: GrpcCall,
  { protocol, dataPlane, model, asked, question = 'Predict', decodeFrom }: Inference,
  encode: (answered: InferResponse) => R | SlipwayError,
): Promise<R | SlipwayError> {
  const inferFrom = performance.now();
  const counted = {
    id: call.ids.logId,
    protocol,
    asked: { door: 'GRPC', question },
    method: 'POST',
    path: call.path,
    headers: call.headers,
    model,
    call: asked,
    startedAt: call.startedAt,
    inferFrom,
  } as const;
  call.isScoring = true;
  countBegun(call.context, counted);
  const record = call.context.collection?.begin(counted.id, model, asked.inputs);
  try {
    const answered = await dataPlane.infer(inferRequest(call, model, asked));
    const encodeFrom = performance.now();
    const reply = encode(answered);
    if (reply instanceof SlipwayError) throw reply;
    record?.answered('OK', answered.outputs);
    countAnswered(call.context, counted, {
      status: 'OK',
      timing: answered.timing,
      inferUntil: encodeFrom,
      readMs: decodeFrom - call.startedAt,
      decodeMs: inferFrom - decodeFrom,
      encodeMs: performance.now() - encodeFrom,
    });
    return reply;
  } catch (thrown) {
    const failure = toSlipwayError(thrown);
    countFailed(call.context, counted, failure);
    record?.forget();
    return failure;
  }
}

function inferRequest(call: GrpcCall, { name, version }: LoadedModel, asked: InferCall): InferRequest {
  const { inputs, outputs, priority } = asked;
  const timeoutMs = shorter(asked.timeoutMs, call.timeLeft());
  return {
    id: call.ids.logId,
    model: name,
    version,
    inputs,
    outputs,
    priority,
    timeoutMs,
    signal: call.signal,
  };
}

function shorter(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
