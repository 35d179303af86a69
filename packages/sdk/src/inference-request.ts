import { readFile } from 'node:fs/promises';
import type {
  EnvironmentRegister,
  Environment as EnvironmentResource,
  InferenceChoice,
} from '@slipway/contract/api';
import { ignoredIn } from './ignored-files.ts';
import type { EnvironmentToRegister, InferenceChange, InferenceConfig } from './inference-config.ts';
import { listModelFiles } from './model-files.ts';
import { type UploadContext, withUploaded } from './upload-files.ts';

/**
 * Brings the sources of a script to the store and registers its environment if it is not yet, then hands both to `use`, which
 * makes the request that names them. `null` takes the script away; `undefined` says nothing of it.
 */
export async function withInference<T>(
  context: UploadContext,
  service: string,
  config: InferenceConfig | InferenceChange | null | undefined,
  use: (choice: InferenceChoice | undefined) => Promise<T>,
): Promise<T> {
  if (config === undefined) return await use(undefined);
  if (config === null) return await use({ entryScript: null });
  const runner = await runnerOf(context, service, config);
  if (!('entryScript' in config)) return await use(runner);
  const { entryScript, sourceDirectory, scriptPath, useIgnoreFile } = config;
  const isIgnored =
    sourceDirectory !== null && useIgnoreFile ? await ignoredIn(sourceDirectory, entryScript) : undefined;
  const { files } = await listModelFiles(sourceDirectory ?? scriptPath, isIgnored);
  return await withUploaded(context, files, (uploaded) => use({ entryScript, files: uploaded, ...runner }));
}

async function runnerOf(
  context: UploadContext,
  service: string,
  config: InferenceChange,
): Promise<InferenceChoice> {
  const environment = await environmentOf(context, service, config);
  const { interpreter, encodeNumpy, workers } = config;
  return {
    ...(environment !== undefined && { environment }),
    ...(interpreter !== undefined && { interpreter }),
    ...(encodeNumpy !== undefined && { encodeNumpy }),
    ...(workers !== undefined && { workers }),
  };
}

async function environmentOf(
  context: UploadContext,
  service: string,
  { environment, condaFile }: InferenceChange,
): Promise<string | undefined> {
  if (condaFile !== undefined) {
    const specification = await readFile(condaFile, 'utf8');
    return await register(context, { name: service, definition: { kind: 'conda', specification } });
  }
  if (environment === undefined || typeof environment === 'string') return environment;
  if (environment.id !== undefined) return environment.id;
  return 'definition' in environment ? await register(context, environment) : undefined;
}

async function register(
  { workspace, signal }: UploadContext,
  { name, definition }: EnvironmentToRegister,
): Promise<string> {
  const body: EnvironmentRegister = { name, definition };
  const registered = await workspace.client.json<EnvironmentResource>({
    method: 'POST',
    path: workspace.path('/environments'),
    body,
    once: true,
    signal,
  });
  return registered.id;
}
