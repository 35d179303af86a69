import type { ReplicaPhase } from '@slipway/contract';
import type { Logger } from 'pino';
import type { Authenticator } from '../../auth/auth-file.ts';
import type { DataPlane } from '../../data-plane/data-plane.ts';
import type { Metrics } from '../../observability/metrics.ts';

/** What the protocol is given to serve with. */
export interface ServiceContext {
  readonly service: string;
  readonly maxBodyBytes: number;
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly phase: () => ReplicaPhase;
  /** `undefined` until the models are ready. */
  readonly dataPlane: () => DataPlane | undefined;
  readonly newId: () => string;
}
