import type { ServiceLoad } from '@slipway/contract';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Replica } from './routes/replica.ts';

/** Upper bounds in seconds: from the overhead of the gateway itself to the usual scoring timeout. */
const DURATION_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** What the gateway counts. */
export interface Metrics {
  /** A request has ended. `service` is undefined if there is none of that name. */
  requestEnded(service: string | undefined, status: number, seconds: number): void;
  /** A call of gRPC has ended, with the number of its status. */
  callEnded(service: string | undefined, code: string, seconds: number): void;
  /** An attempt at a replica failed, and another one follows. */
  retried(service: string, reason: string): void;
  /** All of it, in the text format of Prometheus. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Makes the metrics; `replicas` gives what is now with each replica, and `inFlight` what is with the gateway. */
export function createMetrics(sources: {
  readonly replicas: () => Iterable<Replica>;
  readonly inFlight: () => number;
  readonly loads: () => Readonly<Record<string, ServiceLoad>>;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'slipway_gateway_requests_total',
    help: 'Requests by service and status of the answer; service is empty for unknown ones.',
    labelNames: ['service', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'slipway_gateway_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its answer.',
    labelNames: ['service'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const calls = new Counter({
    name: 'slipway_gateway_grpc_calls_total',
    help: 'Calls of gRPC by service and number of the status; service is empty where none was found.',
    labelNames: ['service', 'code'],
    registers,
  });
  const retries = new Counter({
    name: 'slipway_gateway_upstream_retries_total',
    help: 'Requests sent to another replica, by service and by what the first one did.',
    labelNames: ['service', 'reason'],
    registers,
  });
  new Gauge({
    name: 'slipway_gateway_requests_in_flight',
    help: 'Requests that have begun and are not yet answered.',
    registers,
    collect() {
      this.set(sources.inFlight());
    },
  });
  new Gauge({
    name: 'slipway_gateway_replica_requests_in_flight',
    help: 'Requests that are now with each replica.',
    labelNames: ['replica'],
    registers,
    collect() {
      this.reset();
      for (const { id, inFlight } of sources.replicas()) this.set({ replica: id }, inFlight);
    },
  });
  new Gauge({
    name: 'slipway_gateway_held_requests',
    help: 'Requests that wait for the first replica of a service that had none, because nobody called it.',
    labelNames: ['service'],
    registers,
    collect() {
      this.reset();
      for (const [service, { held }] of Object.entries(sources.loads())) this.set({ service }, held);
    },
  });

  return {
    requestEnded: (service = '', status, seconds) => {
      requests.inc({ service, status });
      durations.observe({ service }, seconds);
    },
    callEnded: (service = '', code, seconds) => {
      calls.inc({ service, code });
      durations.observe({ service }, seconds);
    },
    retried: (service, reason) => retries.inc({ service, reason }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
