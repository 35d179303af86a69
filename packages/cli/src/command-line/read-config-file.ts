import { readFile } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import { type DeploymentSettings, settingsOfFile } from '@slipway/sdk';

/**
 * Settings from a JSON or YAML file (JSON is YAML too): our own, or Azure's `deploymentconfig.json`. The control plane checks
 * values of our own. Throws `not_found` and `invalid_argument`.
 */
export async function readConfigFile(
  path: string,
  purpose: 'deploy' | 'update',
): Promise<DeploymentSettings> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SlipwayError('not_found', `The configuration file cannot be read: ${cause.message}.`, {
      cause,
    });
  });
  const value = await parse(path, text);
  if (isObject(value)) return settingsOfFile(value, purpose);
  throw new SlipwayError(
    'invalid_argument',
    `The configuration file ${path} must hold fields such as "numReplicas: 2".`,
  );
}

async function parse(path: string, text: string): Promise<unknown> {
  const { parse: parseYaml } = await import('yaml');
  try {
    return parseYaml(text);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new SlipwayError(
      'invalid_argument',
      `The configuration file ${path} is neither JSON nor YAML: ${reason.replace(/:$/, '')}.`,
      { cause },
    );
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
