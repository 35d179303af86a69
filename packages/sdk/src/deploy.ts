import { access } from 'node:fs/promises';
import { basename, extname, isAbsolute } from 'node:path';
import { checkName, SlipwayError } from '@slipway/contract';
import type {
  Model as ModelResource,
  Operation as OperationResource,
  ServiceCreate,
} from '@slipway/contract/api';
import { ComputeTarget } from './compute-target.ts';
import { type DeploymentSettings, splitSettings } from './deployment-settings.ts';
import type { InferenceConfig } from './inference-config.ts';
import { withInference } from './inference-request.ts';
import type { Model, RegisterOptions } from './model.ts';
import { type ModelVersions, selectionOf } from './model-selection.ts';
import type { RegisterProgress } from './register-model.ts';
import { Webservice } from './webservice.ts';
import type { Workspace } from './workspace.ts';

export interface DeployOptions {
  readonly workspace: Workspace;
  readonly name: string;
  /**
   * Each a `Model`, an id (`name:version`, or `name` for the newest), or a path on this machine. Text that is both is the id. A
   * path is registered under the service's name, or under `<service>-<file>` where there are several models. Only a service with
   * an `inferenceConfig` may have none.
   */
  readonly models: readonly (Model | string | ModelVersions)[];
  /** What is left out has its default, also where an existing service is overwritten; `update` lets it stay. */
  readonly deploymentConfig?: DeploymentSettings | undefined;
  /** Default `local`. */
  readonly computeTarget?: string | { readonly name: string } | undefined;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** 16 to 256 characters; random if left out. */
  readonly primaryKey?: string | undefined;
  readonly secondaryKey?: string | undefined;
  /** Updates the service of that name if there is one, instead of `already_exists`. */
  readonly overwrite?: boolean | undefined;
  /** Takes devices that other services hold: these are scaled to 0 replicas. Without it, such a deployment is `unschedulable`. */
  readonly replace?: boolean | undefined;
  /** The script that answers in front of the models; without it, they answer by themselves. */
  readonly inferenceConfig?: InferenceConfig | undefined;
  /** Hears how far the registration of paths and the upload of sources are. */
  readonly onProgress?: ((progress: RegisterProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Ports that a URL leaves out. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

type Register = (options: RegisterOptions) => Promise<Model>;

/** Registers what is a path, then begins the deployment. */
export async function deployModels(options: DeployOptions, register: Register): Promise<Webservice> {
  const { workspace, name, signal } = options;
  checkName('service', name);
  await checkPort(workspace, options.deploymentConfig?.port, signal);
  const models: ServiceCreate['models'] = [];
  for (const choice of options.models) models.push(await resolveChoice(options, choice, register));
  const context = { workspace, onProgress: options.onProgress, signal };
  const operation = await withInference(context, name, options.inferenceConfig, (choice) =>
    workspace.client.json<OperationResource>({
      method: 'POST',
      path: workspace.path('/services'),
      body: { ...bodyOf(options, models), ...(choice !== undefined && { inferenceConfig: choice }) },
      once: true,
      signal,
    }),
  );
  return await Webservice.ofOperation({ workspace, name, operation, signal });
}

/** All services of a machine answer at its gateway, so that a port can only be agreed with. */
async function checkPort(
  workspace: Workspace,
  port: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (port === undefined) return;
  const { servicesUrl } = await ComputeTarget.get({ workspace, name: 'local', signal });
  const url = new URL(servicesUrl);
  const actual = url.port === '' ? DEFAULT_PORTS[url.protocol] : Number(url.port);
  if (actual === port) return;
  throw new SlipwayError(
    'invalid_argument',
    `Invalid configuration, port is ${port}, but services answer at ${servicesUrl}: leave port out, or start the server with "slipway up --gateway-port ${port}".`,
    { details: { field: 'port', port, servicesUrl } },
  );
}

async function resolveChoice(
  options: DeployOptions,
  choice: DeployOptions['models'][number],
  register: Register,
): Promise<ServiceCreate['models'][number]> {
  if (typeof choice === 'string') return await resolveModel(options, choice, register);
  if ('id' in choice) return choice.id;
  const { model } = choice;
  return selectionOf(
    typeof model === 'string' ? await resolveModel(options, model, register) : model.id,
    choice,
  );
}

async function resolveModel(options: DeployOptions, text: string, register: Register): Promise<string> {
  const { workspace, signal } = options;
  const found = looksLikePath(text) ? undefined : await findModel(workspace, text, signal);
  if (found !== undefined) return found.id;
  if (!(await isThere(text))) throw noSuchModel(text, workspace);
  const modelName = nameFor(options, text);
  const { onProgress } = options;
  return (await register({ workspace, modelPath: text, modelName, onProgress, signal })).id;
}

/** True for text that cannot be a model's id. */
function looksLikePath(text: string): boolean {
  return isAbsolute(text) || /[/\\]/.test(text) || text.startsWith('.');
}

async function findModel(
  workspace: Workspace,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<ModelResource | undefined> {
  try {
    const path = workspace.path(`/models/${encodeURIComponent(reference)}`);
    return await workspace.client.json<ModelResource>({ path, signal });
  } catch (thrown) {
    const code = thrown instanceof SlipwayError ? thrown.code : undefined;
    if (code === 'not_found' || code === 'invalid_argument') return undefined;
    throw thrown;
  }
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

function nameFor({ name, models }: DeployOptions, path: string): string {
  if (models.length === 1) return name;
  const file = basename(path, extname(path)).replaceAll(/[^a-zA-Z0-9\-._]/g, '-');
  return `${name}-${file}`;
}

function noSuchModel(text: string, workspace: Workspace): SlipwayError {
  return new SlipwayError(
    'not_found',
    `"${text}" is neither a model in workspace ${workspace.name} nor a file or folder on this machine.`,
    { details: { field: 'models' } },
  );
}

function bodyOf(options: DeployOptions, models: ServiceCreate['models']): ServiceCreate {
  const { name, computeTarget, description, tags, properties, primaryKey, secondaryKey } = options;
  const { config, fields } = splitSettings(options.deploymentConfig);
  return {
    name,
    models,
    ...fields,
    ...(computeTarget !== undefined && {
      computeTarget: typeof computeTarget === 'string' ? computeTarget : computeTarget.name,
    }),
    ...(config !== undefined && { config }),
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags: { ...tags } }),
    ...(properties !== undefined && { properties: { ...properties } }),
    ...(primaryKey !== undefined && { primaryKey }),
    ...(secondaryKey !== undefined && { secondaryKey }),
    ...(options.overwrite !== undefined && { overwrite: options.overwrite }),
    ...(options.replace !== undefined && { replace: options.replace }),
  };
}
