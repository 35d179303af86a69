import type { ReplicaSpec } from '@slipway/contract';
import { destination, type Logger, pino } from 'pino';

/** A log of JSON lines on standard output, each with workspace, service, revision and replica. */
export function createLogger(
  spec: Pick<ReplicaSpec, 'workspace' | 'service' | 'revision' | 'replicaId' | 'logLevel'>,
): Logger {
  return pino(
    {
      level: spec.logLevel,
      base: {
        workspace: spec.workspace,
        service: spec.service,
        revision: spec.revision,
        replica: spec.replicaId,
      },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Written at once: the last lines of a process that dies are the ones that matter.
    destination({ fd: 1, sync: true }),
  );
}
