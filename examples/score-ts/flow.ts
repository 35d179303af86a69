// A script in TypeScript from the folder to the clean-up: node scripts/run.mjs examples/score-ts/flow.ts
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { digitPixels, loadDigits } from '@slipway/example-mnist/digits';
import { type Installation, startInstallation } from '@slipway/example-mnist/installation';
import { InferenceConfig, Model, type Webservice, Workspace } from '@slipway/sdk';

const MODEL_FILE = fileURLToPath(import.meta.resolve('@slipway/example-mnist/digits.onnx'));

/** Digits that are scored, in requests of so many. */
const SCORED = 1_000;
const DIGITS_A_REQUEST = 50;

interface Predictions {
  readonly result: readonly number[];
  readonly probability: readonly number[];
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  const slipway = await startInstallation();
  try {
    interrupted.signal.throwIfAborted();
    await deployAndScore(slipway, interrupted.signal);
  } finally {
    await slipway.remove();
  }
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(interrupted.signal.aborted ? 'Interrupted.' : `✖ ${reason}`);
  process.exitCode = 1;
}

async function deployAndScore({ home }: Installation, signal: AbortSignal): Promise<void> {
  const workspace = await Workspace.local({ home });
  const model = await Model.register({
    workspace,
    modelPath: MODEL_FILE,
    modelName: 'digits',
    modelFramework: 'Onnx',
    signal,
  });
  const inferenceConfig = new InferenceConfig({
    entryScript: 'score.ts',
    sourceDirectory: import.meta.dirname,
    workers: 2,
  });
  const service = await Model.deploy({ workspace, name: 'digits', models: [model], inferenceConfig, signal });
  await service.waitForDeployment({ signal });
  await scoreOne(service, signal);
  await scoreMany(service, signal);
  await service.delete();
  await model.delete();
  console.log('Deleted digits and digits:1.');
}

async function scoreOne(service: Webservice, signal: AbortSignal): Promise<void> {
  const digits = await loadDigits('test');
  const index = randomInt(digits.count);
  console.log('POST to url', service.scoringUri);
  const { result, probability } = await predict(service, [[...digitPixels(digits, index)]], signal);
  console.log('label:', digits.labels[index]);
  console.log('prediction:', result[0], `(${((probability[0] ?? 0) * 100).toFixed(1)} %)`);
}

async function scoreMany(service: Webservice, signal: AbortSignal): Promise<void> {
  const digits = await loadDigits('test');
  let right = 0;
  for (let from = 0; from < SCORED; from += DIGITS_A_REQUEST) {
    const indices = Array.from({ length: DIGITS_A_REQUEST }, (_, offset) => from + offset);
    const rows = indices.map((index) => [...digitPixels(digits, index)]);
    const { result } = await predict(service, rows, signal);
    right += indices.filter((index, row) => digits.labels[index] === result[row]).length;
  }
  console.log(`accuracy: ${((right / SCORED) * 100).toFixed(2)} % of ${SCORED.toLocaleString('en')} digits`);
}

/** Any HTTP client will do: this is what one in a browser sends. */
async function predict(service: Webservice, data: number[][], signal: AbortSignal): Promise<Predictions> {
  const { primaryKey } = await service.getKeys();
  const response = await fetch(service.scoringUri, {
    method: 'POST',
    headers: { authorization: `Bearer ${primaryKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ data }),
    signal,
  });
  if (!response.ok) throw new Error(`The service answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Predictions;
}
