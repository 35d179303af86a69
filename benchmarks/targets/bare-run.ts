import { onTestEnd, type TestScope } from '@slipway/testkit';
import { InferenceSession } from 'onnxruntime-node';
import type { Workload } from '../workloads/workload.ts';
import type { Target } from './target.ts';

/** `session.run` in this process, on one thread, with ready-made tensors: what the model itself costs. */
export async function bareRun(
  scope: TestScope,
  { model, samples }: Pick<Workload, 'model' | 'samples'>,
): Promise<Target> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  onTestEnd(scope, () => session.release());
  const caller = {
    async call(index: number) {
      const sample = samples[index % samples.length];
      if (sample !== undefined) await session.run(sample.feeds);
    },
    close: () => undefined,
  };
  return { name: 'bare run', open: async () => caller };
}
