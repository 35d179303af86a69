import { type BatchRunner, entryLanguage, SlipwayError } from '@slipway/contract';
import { Environment } from './environment.ts';
import type { InferenceConfig } from './inference-config.ts';
import type { Workspace } from './workspace.ts';

/**
 * What runs the script of a batch job: the Python that is named, that of an environment, which is built if it is not yet, or python3 of
 * the PATH; for JavaScript the Node of the job. Throws `invalid_argument`.
 */
export async function batchRunner(
  config: InferenceConfig,
  workspace: () => Promise<Workspace>,
  signal: AbortSignal | undefined,
): Promise<BatchRunner> {
  const language = entryLanguage(config.entryScript);
  if (language === 'javascript') return { language };
  if (config.interpreter !== undefined) return python(config.interpreter);
  if (config.environment === undefined && config.condaFile === undefined) return python('python3');
  const where = await workspace();
  const environment = await environmentOf(config, where, signal);
  if (environment.definition.kind === 'interpreter') return python(environment.definition.path);
  if (environment.state !== 'Built') {
    await (await environment.build({ workspace: where, signal })).wait({ signal });
  }
  const { name, version } = environment;
  const { built } = await Environment.get({ workspace: where, name, version, signal });
  const interpreter = built?.interpreter;
  if (typeof interpreter === 'string') return python(interpreter);
  throw new SlipwayError(
    'invalid_argument',
    `The environment ${environment.id} has no Python: name another one.`,
    {
      details: { field: 'environment' },
    },
  );
}

function python(interpreter: string): BatchRunner {
  return { language: 'python', interpreter };
}

async function environmentOf(
  { environment, condaFile, entryScript }: InferenceConfig,
  workspace: Workspace,
  signal: AbortSignal | undefined,
): Promise<Environment> {
  if (condaFile !== undefined) {
    const name = entryScript.replace(/\.[^.]+$/, '').replaceAll(/[^a-zA-Z0-9._-]/g, '-');
    return await (await Environment.fromCondaSpecification(name, condaFile)).register({ workspace, signal });
  }
  if (typeof environment === 'object' && 'definition' in environment && environment.id === undefined) {
    return await new Environment(environment.name, environment.definition).register({ workspace, signal });
  }
  const id = typeof environment === 'string' ? environment : (environment?.id ?? '');
  const [name = '', version] = id.split(':');
  return await Environment.get({
    workspace,
    name,
    version: version === undefined ? undefined : Number(version),
    signal,
  });
}
