// From a model file to 1,000 scored digits, and away again: npm run demo [-- --keep]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Model, type Webservice, Workspace } from '@slipway/sdk';
import { farewell } from './demo/farewell.ts';
import { type Installation, startInstallation } from './demo/installation.ts';
import { scoreDigits } from './demo/score-digits.ts';
import { figures, pictures } from './demo/summary.ts';
import { loadDigits } from './digits.ts';

const MODEL_FILE = fileURLToPath(new URL('digits.onnx', import.meta.url));
const REPLICAS = 2;
const SCORED_DIGITS = 1_000;
const LEAST_ACCURACY = 0.975;

/** Before the clock is looked at: the first requests of a service run code that is not compiled yet. */
const WARM_UP_DIGITS = 1_000;

/** Columns of a terminal that does not say how wide it is. */
const USUAL_COLUMNS = 80;

const { values: options } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  await demonstrate(options.keep, interrupted.signal);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(interrupted.signal.aborted ? 'Interrupted.' : `✖ ${reason}`);
  process.exitCode = 1;
}

async function demonstrate(keep: boolean, signal: AbortSignal): Promise<void> {
  const slipway = await step('Started Slipway', startInstallation);
  let kept = false;
  try {
    signal.throwIfAborted();
    const service = await deployDigits(slipway, signal);
    await showScores(service, signal);
    if (keep) console.log(`\n${await farewell(slipway, service)}`);
    else await removeDigits(service);
    kept = keep;
  } finally {
    if (!kept) await step('Stopped Slipway and removed its home', slipway.remove);
  }
}

async function deployDigits({ home }: Installation, signal: AbortSignal): Promise<Webservice> {
  const workspace = await Workspace.local({ home });
  const model = await step('Registered the model', () =>
    Model.register({ workspace, modelPath: MODEL_FILE, modelName: 'digits', modelFramework: 'Onnx', signal }),
  );
  return step(`Deployed it with ${REPLICAS} replicas`, async () => {
    const deploymentConfig = { numReplicas: REPLICAS };
    const service = await Model.deploy({
      workspace,
      name: 'digits',
      models: [model],
      deploymentConfig,
      signal,
    });
    return service.waitForDeployment({ signal });
  });
}

async function showScores(service: Webservice, signal: AbortSignal): Promise<void> {
  const digits = await loadDigits('test');
  await step(`Warmed up with ${WARM_UP_DIGITS} digits`, () =>
    scoreDigits(service, digits, WARM_UP_DIGITS, signal),
  );
  const scores = await step(`Scored ${SCORED_DIGITS} digits at ${service.scoringUri}`, () =>
    scoreDigits(service, digits, SCORED_DIGITS, signal),
  );
  console.log(
    `\n${pictures(scores, digits, process.stdout.columns ?? USUAL_COLUMNS)}\n\n${figures(scores)}\n`,
  );
  if (scores.accuracy < LEAST_ACCURACY) {
    throw new Error(
      `The accuracy is below ${LEAST_ACCURACY * 100} %: the service does not answer as its model does.`,
    );
  }
}

/** The service first: a model that is in use is not deleted. */
async function removeDigits(service: Webservice): Promise<void> {
  const { workspace, models } = service;
  await step('Removed the service', () => service.delete());
  await step('Removed the model', async () => {
    for (const id of models) await (await Model.get({ workspace, id })).delete();
  });
}

/** Does something and says that it is done, and how long it took. */
async function step<T>(done: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work();
  console.log(`✔ ${done} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}
