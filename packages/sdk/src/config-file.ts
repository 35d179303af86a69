import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SlipwayError } from '@slipway/contract';

/**
 * Where a workspace's configuration is looked for. Each name is tried from the start folder up through all parents before the
 * next one is. Slipway's own comes first, then Azure's in Azure's order.
 */
const SEARCH_ORDER = [
  '.slipway/config.json',
  '.azureml/config.json',
  '.azureml/project.json',
  'aml_config/config.json',
  'aml_config/project.json',
  'config.json',
  'project.json',
] as const;

/** What a configuration file says. A file of Azure's names only a workspace, which is then one of the local server. */
export interface WorkspaceConfig {
  /** Path of the file it was read from. */
  readonly file: string;
  readonly url: string | undefined;
  readonly workspace: string | undefined;
  readonly token: string | undefined;
  /** Absolute path of a file that holds the token. */
  readonly tokenFile: string | undefined;
}

/** Reads `path` if it is a file, else the first file found from that folder up; `undefined` if there is none. */
export async function findConfig(path: string): Promise<WorkspaceConfig | undefined> {
  const start = resolve(path);
  const given = await readText(start);
  if (given !== undefined) return parseConfig(start, given);
  for (const name of SEARCH_ORDER) {
    for (const folder of upwards(start)) {
      const file = join(folder, name);
      const text = await readText(file);
      if (text !== undefined && isOurs(name, text)) return parseConfig(file, text);
    }
  }
  return undefined;
}

/** The error for whoever needs a configuration file where there is none. */
export function configNotFound(path: string): SlipwayError {
  return new SlipwayError(
    'not_found',
    `The workspace configuration file config.json could not be found in ${resolve(path)} or its parent directories. Give the full path of a configuration file, write one with "slipway workspace use NAME", or connect without one by Workspace.connect().`,
    { details: { field: 'path', searched: SEARCH_ORDER } },
  );
}

function* upwards(folder: string): Generator<string> {
  yield folder;
  const parent = dirname(folder);
  if (parent !== folder) yield* upwards(parent);
}

/** The text of a file; `undefined` if it is not there, is no file, or may not be read. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A bare `config.json` or `project.json` belongs to anybody: only one that names a workspace is meant for us. */
function isOurs(name: (typeof SEARCH_ORDER)[number], text: string): boolean {
  return name.includes('/') || /"(workspace|workspace_name)"\s*:/.test(text);
}

function parseConfig(file: string, text: string): WorkspaceConfig {
  const fields = parseObject(file, text);
  const tokenFile = textField(file, fields, 'tokenFile');
  return {
    file,
    url: textField(file, fields, 'url'),
    workspace: textField(file, fields, 'workspace') ?? textField(file, fields, 'workspace_name'),
    token: textField(file, fields, 'token'),
    tokenFile: tokenFile === undefined ? undefined : resolve(dirname(file), tokenFile),
  };
}

function parseObject(file: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Answered below, like JSON that is no object.
  }
  throw badConfig(
    file,
    'it must be a JSON object such as {"url": "http://127.0.0.1:7070", "workspace": "default"}',
  );
}

function textField(
  file: string,
  fields: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = fields[name];
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw badConfig(file, `"${name}" must be text that is not empty`);
}

function badConfig(file: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `The workspace configuration ${file} is wrong: ${problem}.`, {
    details: { file },
  });
}
