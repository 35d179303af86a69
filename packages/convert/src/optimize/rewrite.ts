import { SlipwayError } from '@slipway/contract';
import { InferenceSession } from 'onnxruntime-node';

/** Only what ends the process: of everything else the exception says the same. */
const LOG_FATAL = 4;

/** Writes the model at a path as ONNX Runtime rewrites it, without running it. */
export async function rewrite(from: string, to: string): Promise<void> {
  const session = await InferenceSession.create(from, {
    executionProviders: ['cpu'],
    // Only what holds on every machine: further levels make operators of this processor.
    graphOptimizationLevel: 'basic',
    optimizedModelFilePath: to,
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // The session is never run, so weights need not be made ready for it.
    extra: { 'session.disable_prepacking': '1' },
    logSeverityLevel: LOG_FATAL,
  }).catch((cause: Error) => {
    throw new SlipwayError(
      'invalid_model',
      `ONNX Runtime does not load the model, so that it cannot be optimized: ${cause.message}`,
      { cause },
    );
  });
  await session.release();
}
