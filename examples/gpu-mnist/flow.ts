// The GPU flow, end to end: node scripts/run.mjs examples/gpu-mnist/flow.ts [--tensorflow] [--gpu] [--data FOLDER]
import { parseArgs } from 'node:util';
import { startInstallation } from '@slipway/example-mnist/installation';
import { type GpuFlow, runGpuFlow } from './flow/gpu-flow.ts';
import { loadTestDigits } from './flow/test-digits.ts';
import { makeCheckpoint } from './tensorflow/make-checkpoint.ts';

/** What differs between the script on numpy and the one on TensorFlow. */
type Variant = Pick<GpuFlow, 'folder' | 'memoryGb' | 'modelFolder'>;

const { values: options } = parseArgs({
  options: {
    tensorflow: { type: 'boolean', default: false },
    gpu: { type: 'boolean', default: false },
    data: { type: 'string' },
  },
});
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  await inAnInstallationOfItsOwn(options.tensorflow ? withTensorFlow() : withNumpy());
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(interrupted.signal.aborted ? 'Interrupted.' : `✖ ${reason}`);
  process.exitCode = 1;
}

function withNumpy(): Variant {
  const folder = import.meta.dirname;
  return { folder, memoryGb: 0.5, modelFolder: async () => `${folder}/model` };
}

/** TensorFlow alone takes more than half a gigabyte. */
function withTensorFlow(): Variant {
  const folder = `${import.meta.dirname}/tensorflow`;
  return { folder, memoryGb: 1.5, modelFolder: makeCheckpoint };
}

async function inAnInstallationOfItsOwn(variant: Variant): Promise<void> {
  const digits = await loadTestDigits(options.data);
  const { home, remove } = await startInstallation();
  try {
    await runGpuFlow({ ...variant, home, digits, gpu: options.gpu, signal: interrupted.signal });
  } finally {
    await remove();
    console.log('Stopped Slipway and removed its home.');
  }
}
