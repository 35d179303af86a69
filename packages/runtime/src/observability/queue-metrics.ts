import type { VersionLoad } from '../data-plane/version-load.ts';
import { labelsOf } from './model-metrics.ts';
import type { MetricValue, ReadMetric } from './registered.ts';
import type { ModelStatistics } from './statistics.ts';

/**
 * How many requests wait for each version that is or was loaded, under our own name and under that of Triton Inference
 * Server, by which autoscalers go.
 */
export function queueMetrics(
  all: () => readonly ModelStatistics[],
  loads: () => readonly VersionLoad[],
): readonly ReadMetric[] {
  const values = (): readonly MetricValue[] => {
    const serving = loads();
    return all().map((told) => {
      const load = serving.find(
        ({ name, version }) => name === told.name && String(version) === told.version,
      );
      return { labels: labelsOf(told), value: load?.queued ?? 0 };
    });
  };
  return [
    {
      name: 'slipway_model_queued',
      help: 'Requests that wait for a version of a model now.',
      type: 'gauge',
      values,
    },
    {
      name: 'nv_inference_pending_request_count',
      help: 'Instantaneous number of pending requests awaiting execution per-model',
      type: 'gauge',
      values,
    },
  ];
}
