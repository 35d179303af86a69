// The FPGA flow, end to end: node scripts/run.mjs examples/fpga-resnet50/flow.ts [--random-weights SEED] [--quantized] [--calibration FOLDER] [--image FILE]
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  placeholder,
  preprocessArray,
  QuantizedResnet50,
  Resnet50,
  type SymbolicTensor,
  saveModel,
} from '@slipway/accel';
import { startInstallation } from '@slipway/example-mnist/installation';
import {
  AccelOnnxConverter,
  AksWebservice,
  ComputeTarget,
  Model,
  SlipwayError,
  type Webservice,
  Workspace,
} from '@slipway/sdk';
import { clientFromService } from '@slipway/sdk/accel';

const MODEL = 'resnet50';
const SERVICE = 'aks-service-1';
const BEST = 5;

const { values: options } = parseArgs({
  options: {
    'random-weights': { type: 'string' },
    quantized: { type: 'boolean', default: false },
    calibration: { type: 'string' },
    image: { type: 'string', default: join(import.meta.dirname, 'cat.jpg') },
  },
});
const seed = options['random-weights'] === undefined ? undefined : Number(options['random-weights']);
const interrupted = new AbortController();
const { signal } = interrupted;
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  await inAnInstallationOfItsOwn(runFlow);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  console.error(signal.aborted ? 'Interrupted.' : `✖ ${reason}`);
  process.exitCode = 1;
}

async function inAnInstallationOfItsOwn(run: (home: string) => Promise<void>): Promise<void> {
  const { home, remove } = await startInstallation();
  try {
    await run(home);
  } finally {
    await remove();
    console.log('Stopped Slipway and removed its home.');
  }
}

async function runFlow(home: string): Promise<void> {
  const workspace = await loadWorkspace(home);
  const saved = await buildModel(home);
  const source = await register(workspace, saved.folder);
  const converted = await convert(workspace, source, saved);
  packageModel(converted);
  const service = await deploy(workspace, converted);
  await score(service, saved);
  await cleanUp(service, source, converted);
}

/** A folder with the configuration of a workspace is found by everything that is started in it or below. */
async function loadWorkspace(home: string): Promise<Workspace> {
  await (await Workspace.local({ home })).writeConfig({ path: home });
  const workspace = await Workspace.fromConfig({ path: home, signal });
  console.log([workspace.name, workspace.url].join('\n'));
  return workspace;
}

/** A model folder, and the tensors that clients call it by. */
interface SavedModel {
  readonly folder: string;
  readonly input: string;
  readonly output: string;
}

/** Weights are those that "slipway accel pull" brought into the usual home, unless random ones are asked for. */
async function buildModel(home: string): Promise<SavedModel> {
  const images = placeholder('string');
  const pixels = preprocessArray(images);
  console.log(shown(pixels));

  const Network = options.quantized ? QuantizedResnet50 : Resnet50;
  const { calibration } = options;
  const network = new Network(undefined, { isFrozen: true, randomWeights: seed, calibration });
  const features = network.importGraph(pixels) as SymbolicTensor;
  console.log([network.version, features.name, shown(features)].join('\n'));

  const scores = network.getDefaultClassifier(features);
  console.log(`${scores.name} ${shown(scores)}`);

  const folder = join(home, MODEL);
  console.log(`Saving model in ${folder}`);
  await network.restoreWeights({ signal });
  await saveModel(folder, { inputs: { images }, outputs: { output_alias: scores }, signal });
  return { folder, input: images.name, output: scores.name };
}

function shown({ shape }: SymbolicTensor): string {
  return `(${shape.map((size) => size ?? '?').join(', ')})`;
}

async function register(workspace: Workspace, modelPath: string): Promise<Model> {
  console.log(`Registering model ${MODEL}`);
  const { name, description, version } = await Model.register({
    workspace,
    modelPath,
    modelName: MODEL,
    signal,
  });
  console.log(['Successfully registered: ', name, description ?? 'None', version].join('\t'));
  return await Model.get({ workspace, name: MODEL, signal });
}

/** The saved model is ONNX already; it is checked, optimized and tried like one that was not. */
async function convert(workspace: Workspace, source: Model, { input, output }: SavedModel): Promise<Model> {
  console.log([input, output].join('\n'));
  const request = await AccelOnnxConverter.convertTfModel(workspace, source, input, output, { signal });
  if (!(await request.waitForCompletion({ showOutput: true, signal }))) {
    throw request.error ?? new Error('The model was not converted.');
  }
  const { name, url, version, id, createdTime } = request.result;
  console.log([name, url, version, id, createdTime.toISOString()].join(' '));
  return request.result;
}

function packageModel({ id }: Model): void {
  console.log(`No image is built: Slipway has no such step yet, and serves ${id} from its registry.`);
}

async function deploy(workspace: Workspace, model: Model): Promise<Webservice> {
  // This machine is the target that is always there: nothing is rented, so nothing is created.
  const computeTarget = await ComputeTarget.get({ workspace, name: 'local' });
  console.log(computeTarget.provisioningState);
  const service = await Model.deploy({
    workspace,
    name: SERVICE,
    models: [model],
    deploymentConfig: AksWebservice.deployConfiguration({ autoscaleEnabled: false, numReplicas: 1 }),
    computeTarget,
    signal,
  });
  await service.waitForDeployment({ showOutput: true, signal });
  console.log([service.state, service.scoringUri].join('\n'));
  return service;
}

async function score(service: Webservice, { input, output }: SavedModel): Promise<void> {
  const labels = (await readFile(join(import.meta.dirname, 'imagenet-labels.txt'), 'utf8')).split('\n');
  const client = clientFromService(service);
  const answer = await client.scoreFile(options.image, { inputName: input, outputs: output, signal });
  client.close();
  if (seed !== undefined) {
    console.log(`The weights are random, seed ${seed}: nobody trained them, and these labels mean nothing.`);
  }
  const scores = Array.from(answer.data as Float32Array, (confidence, id) => ({ id, confidence }));
  const ranked = scores.toSorted((one, other) => other.confidence - one.confidence);
  for (const { id, confidence } of ranked.slice(0, BEST)) {
    console.log(`${labels[id]} confidence: ${confidence}`);
  }
}

/** The service first, so that nothing still depends on what goes. */
async function cleanUp(service: Webservice, source: Model, converted: Model): Promise<void> {
  await showThatAUsedModelStays(converted);
  await service.delete({ signal });
  await source.delete({ signal });
  await converted.delete({ signal });
  console.log(`Deleted ${service.name}, ${source.id} and ${converted.id}.`);
}

async function showThatAUsedModelStays(model: Model): Promise<void> {
  try {
    await model.delete({ signal });
  } catch (error) {
    if (!(error instanceof SlipwayError && error.code === 'in_use')) throw error;
    console.log(`Refused: ${error.message}`);
    return;
  }
  throw new Error(`${model.id} was deleted while a service used it.`);
}
