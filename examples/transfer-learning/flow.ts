// Train, deploy, score, clean up: node scripts/run.mjs examples/transfer-learning/flow.ts [--featurizer resnet50]
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type TrainedClassifier, type TrainOptions, trainClassifier } from '@slipway/accel';
import { type Installation, startInstallation } from '@slipway/example-mnist/installation';
import { Model, type Webservice, Workspace } from '@slipway/sdk';
import { clientFromService } from '@slipway/sdk/accel';
import { writeDigits } from './digit-images.ts';
import { smallNetwork } from './small-network.ts';

const { values: asked } = parseArgs({
  options: {
    featurizer: { type: 'string', default: 'small' },
    weights: { type: 'string' },
    images: { type: 'string', default: '60' },
  },
});

/** Of the full-size networks, where no weights are named. */
const SEED = 7;

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  const slipway = await startInstallation();
  try {
    await trainAndScore(slipway, interrupted.signal);
  } finally {
    await slipway.remove();
  }
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(interrupted.signal.aborted ? 'Interrupted.' : `✖ ${reason}`);
  process.exitCode = 1;
}

async function trainAndScore({ home }: Installation, signal: AbortSignal): Promise<void> {
  const [digits, held, out] = ['digits', 'held', 'classifier'].map((name) => join(home, 'example', name)) as [
    string,
    string,
    string,
  ];
  await writeDigits(digits, 'train', Number(asked.images));
  await writeDigits(held, 'test', Math.ceil(Number(asked.images) / 3));
  const trained = await trainClassifier({
    ...featurizerOptions(),
    data: digits,
    validation: held,
    out,
    home,
    signal,
  });
  tell(trained);
  const workspace = await Workspace.local({ home });
  const model = await Model.register({
    workspace,
    modelPath: out,
    modelName: 'digits',
    modelFramework: 'ONNX',
    signal,
  });
  const service = await Model.deploy({ workspace, name: 'digits', models: [model], signal });
  await service.waitForDeployment({ signal });
  await scoreOneOfEach(service, held, trained.pipeline.labels ?? [], signal);
  await service.delete();
  await model.delete();
  console.log(`Deleted ${service.name} and ${model.id}.`);
}

function featurizerOptions(): Pick<TrainOptions, 'featurizer' | 'weights' | 'randomWeights'> {
  if (asked.featurizer === 'small') return { featurizer: smallNetwork() };
  if (asked.weights !== undefined) return { featurizer: asked.featurizer, weights: asked.weights };
  return { featurizer: asked.featurizer, randomWeights: SEED };
}

function tell({ training }: TrainedClassifier): void {
  const { featurizer, data, evaluation } = training;
  console.log(`features: ${featurizer.features} of ${featurizer.name}, weights: ${featurizer.weights}`);
  console.log(`images: ${data.training} to learn from, ${data.validation} held out`);
  console.log(`accuracy: ${(100 * evaluation.accuracy).toFixed(1)} % of those held out`);
}

/** Sends an image file of each class over gRPC. */
async function scoreOneOfEach(
  service: Webservice,
  folder: string,
  labels: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const client = clientFromService(service);
  try {
    let right = 0;
    for (const label of labels) {
      const [file = ''] = await readdir(join(folder, label));
      const { data } = await client.scoreImage(join(folder, label, file), { signal });
      const scores = Array.from(data as Float32Array);
      const best = scores.indexOf(Math.max(...scores));
      if (labels[best] === label) right += 1;
      console.log(`${label}/${file}: ${labels[best]} (${(100 * (scores[best] ?? 0)).toFixed(1)} %)`);
    }
    console.log(`right: ${right} of ${labels.length}`);
  } finally {
    client.close();
  }
}
