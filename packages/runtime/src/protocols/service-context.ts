import type { ReplicaModel, ReplicaPhase } from '@slipway/contract';
import type { Logger } from 'pino';
import type { Authenticator } from '../auth/auth-file.ts';
import type { Collection } from '../collection/collection.ts';
import type { DataPlane } from '../data-plane/data-plane.ts';
import type { EntryService } from '../entry/entry-service.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { RequestLog } from '../observability/request-log.ts';
import type { Statistics } from '../observability/statistics.ts';
import type { Tracing } from '../observability/tracing.ts';

/** What the protocols are given to serve with. */
export interface ServiceContext {
  readonly service: string;
  readonly maxBodyBytes: number;
  /** Predict over gRPC always answers an output under its alias beside its tensor name. */
  readonly bothOutputNames: boolean;
  /** Origins whose pages may call from a browser; `*`: of all. */
  readonly corsOrigins: readonly string[];
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly statistics: Statistics;
  readonly log: Logger;
  /** Absent: requests that are answered well are not logged. */
  readonly requestLog?: RequestLog | undefined;
  /** Absent: no request is traced. */
  readonly tracing?: Tracing | undefined;
  /** Absent: inputs and outputs are not collected. */
  readonly collection?: Collection | undefined;
  readonly phase: () => ReplicaPhase;
  /** `undefined` until the models are ready. */
  readonly dataPlane: () => DataPlane | undefined;
  /** The models that the replica was told of: what stands for those that serve until they do, and where a script serves. */
  readonly models: readonly Pick<ReplicaModel, 'weights'>[];
  /** The user's script; absent: the service has none, and models answer. */
  readonly entry?: EntryService | undefined;
  /** Loads and unloads models when callers ask for it; `undefined`: callers may not. */
  readonly modelControl: ModelControl | undefined;
  readonly newId: () => string;
}

/** What a caller may do to the models of a service that permits it. */
export interface ModelControl {
  /** Resolves when the model is ready. */
  load(model: string): Promise<void>;
  /** Resolves when its runs are over and its memory is free. */
  unload(model: string): Promise<void>;
}
