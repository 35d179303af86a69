import { isAbsolute } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { InferenceConfigOptions } from '@slipway/sdk';
import { isObject, readDocument } from './read-document.ts';

type Json = Readonly<Record<string, unknown>>;

/** What Azure's file says of the container, which there is none of here: the machine's own drivers serve. */
const OF_CONTAINERS = ['baseImage', 'baseImageRegistry', 'enableGpu', 'cudaVersion'];

/** What an `inferenceconfig.json` asks for, and what of it has no meaning here. */
export interface InferenceFile {
  readonly options: Partial<InferenceConfigOptions>;
  readonly notes: readonly string[];
}

/** Reads Azure's `inferenceconfig.json`, in JSON or YAML; its paths are relative to the current folder. Throws `invalid_argument`. */
export async function readInferenceFile(path: string): Promise<InferenceFile> {
  const file = await readDocument('inference configuration', path);
  const {
    entryScript,
    sourceDirectory,
    condaFile,
    runtime,
    description,
    extraDockerfileSteps,
    environment,
    ...rest
  } = file;
  if (isGiven(extraDockerfileSteps)) throw noDocker(path);
  refuseUnknown(path, Object.keys(rest));
  const notes = OF_CONTAINERS.filter((field) => isGiven(rest[field])).map(noMeaning);
  const texts = textsOf(path, { entryScript, sourceDirectory, condaFile, runtime, description });
  if (!isObject(environment)) return { options: texts, notes };
  const read = await readEnvironment(path, environment);
  return { options: { ...texts, ...read.options }, notes: [...notes, ...read.notes] };
}

async function readEnvironment(path: string, environment: Json): Promise<InferenceFile> {
  const { name, python, environmentVariables, docker } = environment;
  const { condaDependencies, condaDependenciesFile, interpreterPath, userManagedDependencies } = isObject(
    python,
  )
    ? python
    : {};
  const notes = [
    ...(isGiven(environmentVariables) ? [noMeaning('environment.environmentVariables')] : []),
    ...(isObject(docker) && isGiven(docker['baseImage']) ? [noMeaning('environment.docker.baseImage')] : []),
  ];
  if (userManagedDependencies === true) {
    const interpreter = String(interpreterPath);
    // Azure's default is the bare word "python", which is the one on the PATH.
    return { options: isAbsolute(interpreter) ? { interpreter } : {}, notes };
  }
  if (typeof condaDependenciesFile === 'string')
    return { options: { condaFile: condaDependenciesFile }, notes };
  if (isObject(condaDependencies)) {
    const { stringify } = await import('yaml');
    const definition = { kind: 'conda', specification: stringify(condaDependencies) } as const;
    return { options: { environment: { name: nameOf(path, name), definition } }, notes };
  }
  return { options: { environment: nameOf(path, name) }, notes };
}

function nameOf(path: string, name: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new SlipwayError('invalid_argument', `${path}: environment.name must name the environment.`, {
    details: { field: 'environment.name' },
  });
}

function textsOf(path: string, fields: Json): Record<string, string> {
  const given = Object.entries(fields).filter(([, value]) => isGiven(value));
  for (const [field, value] of given) {
    if (typeof value === 'string') continue;
    throw new SlipwayError('invalid_argument', `${path}: ${field} must be text.`, { details: { field } });
  }
  return Object.fromEntries(given) as Record<string, string>;
}

function refuseUnknown(path: string, fields: readonly string[]): void {
  const unknown = fields.filter((field) => !OF_CONTAINERS.includes(field));
  if (unknown.length === 0) return;
  throw new SlipwayError(
    'invalid_argument',
    `${path}: ${unknown.join(', ')} ${unknown.length === 1 ? 'is no field' : 'are no fields'} of an inference configuration.`,
    { details: { field: unknown[0] } },
  );
}

/** Azure writes what is not said as `null`, `false` or an empty object. */
function isGiven(value: unknown): boolean {
  if (isObject(value)) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

function noMeaning(field: string): string {
  return `${field} is left out: a script runs on this machine, not in a container.`;
}

function noDocker(path: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `${path}: extraDockerfileSteps cannot be done, because no image is built. Install on the machine what they install, or name the packages in the conda file.`,
    { details: { field: 'extraDockerfileSteps' } },
  );
}
