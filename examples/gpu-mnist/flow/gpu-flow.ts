import { join } from 'node:path';
import type { Digits } from '@slipway/example-mnist/digits';
import {
  AksWebservice,
  ComputeTarget,
  type DeploymentSettings,
  Environment,
  InferenceConfig,
  Model,
  SlipwayError,
  type Webservice,
  Workspace,
} from '@slipway/sdk';
import { type Endpoint, scoreManyRows, scoreRandomRow } from './queries.ts';

const MODEL = 'tf-dnn-mnist';
const SERVICE = 'aks-dnn-mnist';
const REPLICAS = 3;

/** Of the digits that are scored beside the random one. */
const LEAST_ACCURACY = 0.97;

/** What one run of the flow is about. */
export interface GpuFlow {
  /** The home of the server, whose default workspace is used. */
  readonly home: string;
  /** Where `score.py` and `myenv.yml` lie. */
  readonly folder: string;
  /** Of each replica, in gigabytes of 10^9 bytes. */
  readonly memoryGb: number;
  /** The folder `model` to register, made with the Python of the environment where it has to be made. */
  readonly modelFolder: (interpreter: string, workFolder: string) => Promise<string>;
  readonly digits: Digits;
  /** Whether each replica gets a GPU for itself. */
  readonly gpu: boolean;
  readonly signal: AbortSignal;
}

/** Deploys, scores and removes everything again, in the order of the flow. Throws if the digits are read wrongly. */
export async function runGpuFlow(flow: GpuFlow): Promise<void> {
  const workspace = await connect(flow);
  const target = await findComputeTarget(workspace);
  const environment = await buildEnvironment(workspace, flow);
  const model = await registerModel(workspace, environment, flow);
  const service = await deploy({ workspace, target, environment, model }, flow);
  await query(service, flow);
  await cleanUp(service, model, environment);
}

/** A folder with the configuration of a workspace is found by everything that is started in it or below. */
async function connect({ home, signal }: GpuFlow): Promise<Workspace> {
  await (await Workspace.local({ home })).writeConfig({ path: home });
  return await Workspace.fromConfig({ path: home, signal });
}

/** This machine is the target that is always there; nothing is rented, so nothing is created. */
async function findComputeTarget(workspace: Workspace): Promise<ComputeTarget> {
  const target = await ComputeTarget.get({ workspace, name: 'local' });
  console.log(`Found existing compute target: ${target.name}, ${target.capacity.cpuCores} cores`);
  return target;
}

/** Here it is built before it is deployed, to see its progress; a deployment would build it too. */
async function buildEnvironment(workspace: Workspace, { folder, signal }: GpuFlow): Promise<Environment> {
  const specified = await Environment.fromCondaSpecification('myenv', join(folder, 'myenv.yml'));
  const environment = await specified.register({ workspace, signal });
  for (const warning of environment.warnings) console.log(`myenv: ${warning}`);
  await (await environment.build({ workspace, signal })).wait({ signal });
  const built = await Environment.get({ workspace, name: 'myenv', signal });
  console.log(`Built ${built.id}: Python ${built.built?.python}, ${built.built?.packages} packages`);
  return built;
}

async function registerModel(workspace: Workspace, { built }: Environment, flow: GpuFlow): Promise<Model> {
  const modelPath = await flow.modelFolder(built?.interpreter ?? '', flow.home);
  await Model.register({ workspace, modelPath, modelName: MODEL, signal: flow.signal });
  return await Model.get({ workspace, name: MODEL, signal: flow.signal });
}

async function deploy(
  parts: { workspace: Workspace; target: ComputeTarget; environment: Environment; model: Model },
  flow: GpuFlow,
): Promise<Webservice> {
  const { workspace, target, environment, model } = parts;
  const service = await Model.deploy({
    workspace,
    name: SERVICE,
    models: [model],
    inferenceConfig: new InferenceConfig({ entryScript: join(flow.folder, 'score.py'), environment }),
    deploymentConfig: deploymentConfig(flow, target),
    computeTarget: target,
    signal: flow.signal,
  });
  await service.waitForDeployment({ showOutput: true, signal: flow.signal });
  console.log(service.state);
  return service;
}

/** Replicas never share a GPU, so that there are no more of them than GPUs. Where nothing is said of GPUs, a script gets one on a machine with some. */
function deploymentConfig({ memoryGb, gpu }: GpuFlow, { capacity }: ComputeTarget): DeploymentSettings {
  const gpus = capacity.devices['gpu'] ?? 0;
  return AksWebservice.deployConfiguration({
    autoscaleEnabled: false,
    numReplicas: gpu && gpus > 0 ? Math.min(REPLICAS, gpus) : REPLICAS,
    cpuCores: 0.5,
    memoryGb,
    gpuCores: gpu ? 1 : 0,
  });
}

async function query(service: Webservice, { digits, signal }: GpuFlow): Promise<void> {
  const { scoringUri } = service;
  if (scoringUri === null) throw new SlipwayError('conflict', `${service.name} has no address.`);
  const { primaryKey } = await service.getKeys({ signal });
  const endpoint: Endpoint = { url: scoringUri, key: primaryKey, signal };
  const { label, prediction } = await scoreRandomRow(endpoint, digits);
  console.log('POST to url', scoringUri);
  console.log('label:', label);
  console.log('prediction:', prediction);
  const { rows, right } = await scoreManyRows(endpoint, digits);
  const percent = ((right / rows) * 100).toFixed(2);
  console.log(`accuracy: ${percent} % of ${rows.toLocaleString('en')} digits`);
  if (right / rows < LEAST_ACCURACY) {
    throw new Error(
      `Less than ${LEAST_ACCURACY * 100} % are right: the service answers otherwise than its model.`,
    );
  }
}

/** The service first: what it uses cannot be deleted. The compute target is this machine, which stays. */
async function cleanUp(service: Webservice, model: Model, environment: Environment): Promise<void> {
  await service.delete();
  await model.delete();
  await environment.delete();
  console.log(`Deleted ${service.name}, ${model.id} and ${environment.id}.`);
}
