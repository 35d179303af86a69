import type { TestScope } from '@slipway/testkit';
import { InferenceSession, type Tensor as RuntimeTensor } from 'onnxruntime-node';
import { requireValid } from '../check/check-model.ts';
import { rewritten } from '../fixtures.test.helper.ts';
import type { OnnxModel } from '../model.ts';

/** Without warnings of initializers that nothing uses. */
const QUIET = { intraOpNumThreads: 1, logSeverityLevel: 4 } as const;

/** What ONNX Runtime answers, after the model was checked and written. */
export async function run(scope: TestScope, model: OnnxModel, feeds: Record<string, RuntimeTensor>) {
  requireValid(model);
  const session = await InferenceSession.create(await rewritten(scope, model), QUIET);
  const answers = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(answers).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}
