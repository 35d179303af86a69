import type { ReadMetric } from './registered.ts';
import type { ModelStatistics } from './statistics.ts';

/** What the statistics of all versions say, under our own names. */
export function modelMetrics(all: () => readonly ModelStatistics[]): readonly ReadMetric[] {
  return [
    {
      name: 'slipway_model_requests_total',
      help: 'Requests that went to a version of a model and were answered, well or not.',
      type: 'counter',
      values: () =>
        all().map((told) => ({ labels: labelsOf(told), value: told.success.count + told.fail.count })),
    },
    {
      name: 'slipway_model_failures_total',
      help: 'Requests that went to a version of a model and failed, by error code.',
      type: 'counter',
      values: () =>
        all().flatMap((told) =>
          Array.from(told.failures, ([code, value]) => ({ labels: { ...labelsOf(told), code }, value })),
        ),
    },
    {
      name: 'slipway_model_in_flight',
      help: 'Requests that wait for a version of a model or run in it now.',
      type: 'gauge',
      values: () => all().map((told) => ({ labels: labelsOf(told), value: told.inFlight })),
    },
  ];
}

/** The labels of one version, as every metric of models has them. */
export function labelsOf({ name, version }: Pick<ModelStatistics, 'name' | 'version'>): {
  readonly model: string;
  readonly version: string;
} {
  return { model: name, version };
}
