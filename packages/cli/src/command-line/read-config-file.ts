import { readFile } from 'node:fs/promises';
import { SlipwayError } from '@slipway/contract';
import type { PartialDeploymentConfig } from '@slipway/contract/api';

/**
 * A deployment configuration from a JSON or YAML file (JSON is YAML too). The control plane checks its fields.
 * Throws `not_found` and `invalid_argument`.
 */
export async function readConfigFile(path: string): Promise<PartialDeploymentConfig> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new SlipwayError('not_found', `The configuration file cannot be read: ${cause.message}.`, {
      cause,
    });
  });
  const value = await parse(path, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
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
