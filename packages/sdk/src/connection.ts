import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { HOME_FILES, type ServerInfo, SlipwayError } from '@slipway/contract';
import { configNotFound, findConfig, type WorkspaceConfig } from './config-file.ts';

/** The workspace that is always there. */
const DEFAULT_WORKSPACE = 'default';

/**
 * Which control plane to talk to. What is left out comes from the environment (`SLIPWAY_URL`, `SLIPWAY_TOKEN`,
 * `SLIPWAY_WORKSPACE`), then from a configuration file where one is read, then from the server that runs in the home folder
 * (`SLIPWAY_HOME`). Who names a `home` and no `url` means the server in it, whatever environment and file say.
 */
export interface ConnectOptions {
  /** `https://slipway.example:7070`; a path or trailing slash is cut off. */
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  /** A file that holds the token, read at once. */
  readonly tokenFile?: string | undefined;
  readonly workspace?: string | undefined;
  /** The home folder of the local installation; `~/.slipway` unless said otherwise. */
  readonly home?: string | undefined;
}

/** Where the control plane is, and how to be let in. */
export interface Connection {
  readonly url: string;
  readonly token: string | undefined;
  /** Path of the file that the token came from, where it came from one. */
  readonly tokenFile: string | undefined;
  readonly workspace: string;
}

/** Where a configuration file is looked for, and whether there must be one. */
export interface ConfigSearch {
  readonly path: string;
  readonly required: boolean;
}

/**
 * Finds URL, token and workspace. A token goes only to the control plane that it was given with: one from a configuration file
 * or a home folder is never sent to a URL from elsewhere.
 */
export async function findConnection(options: ConnectOptions, search?: ConfigSearch): Promise<Connection> {
  const config = search === undefined ? undefined : await readConfig(search);
  const place = await findPlace(options, config);
  return Object.freeze({
    ...place,
    workspace: options.workspace ?? variable('SLIPWAY_WORKSPACE') ?? config?.workspace ?? DEFAULT_WORKSPACE,
  });
}

/** The home folder of the local installation. */
export function homeFolder(home?: string): string {
  return resolve(home ?? variable('SLIPWAY_HOME') ?? join(homedir(), '.slipway'));
}

async function readConfig({ path, required }: ConfigSearch): Promise<WorkspaceConfig | undefined> {
  const config = await findConfig(path);
  if (config === undefined && required) throw configNotFound(path);
  return config;
}

type Place = Omit<Connection, 'workspace'>;

async function findPlace(options: ConnectOptions, config: WorkspaceConfig | undefined): Promise<Place> {
  const home = homeFolder(options.home);
  const environment = { token: variable('SLIPWAY_TOKEN') };
  if (options.url === undefined && options.home !== undefined) return await placeOf(home, [options]);
  const url = options.url ?? variable('SLIPWAY_URL');
  if (url !== undefined) return await withToken(url, [options, environment, await localSource(home, url)]);
  if (config?.url !== undefined) return await withToken(config.url, [options, environment, config]);
  return await placeOf(home, [options, environment]);
}

/** The server that runs in a home folder, with its token unless an earlier source has one. */
async function placeOf(home: string, sources: readonly TokenSource[]): Promise<Place> {
  const info = await readServerInfo(home);
  if (info === undefined) throw noServer(home);
  return await withToken(info.url, [...sources, tokenOf(home)]);
}

/** The token of the home folder, if the URL is that of the server that runs there. */
async function localSource(home: string, url: string): Promise<TokenSource> {
  const info = await readServerInfo(home);
  return info !== undefined && URL.parse(info.url)?.origin === URL.parse(url)?.origin ? tokenOf(home) : {};
}

function tokenOf(home: string): TokenSource {
  return { tokenFile: join(home, HOME_FILES.token) };
}

type TokenSource = Pick<ConnectOptions, 'token' | 'tokenFile'>;

async function withToken(url: string, sources: readonly TokenSource[]): Promise<Place> {
  const base = checkUrl(url);
  for (const { token, tokenFile } of sources) {
    if (token !== undefined) return { url: base, token, tokenFile: undefined };
    if (tokenFile === undefined) continue;
    return { url: base, token: await readToken(tokenFile), tokenFile: resolve(tokenFile) };
  }
  return { url: base, token: undefined, tokenFile: undefined };
}

function checkUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url.origin;
  throw new SlipwayError(
    'invalid_argument',
    `The URL "${text}" of the control plane is wrong: it must look like http://127.0.0.1:7070.`,
    { details: { field: 'url' } },
  );
}

/** What the server of a home folder says of itself; `undefined` if none runs there. */
async function readServerInfo(home: string): Promise<ServerInfo | undefined> {
  try {
    return JSON.parse(await readFile(join(home, HOME_FILES.serverInfo), 'utf8')) as ServerInfo;
  } catch {
    return undefined;
  }
}

function noServer(home: string): SlipwayError {
  return new SlipwayError(
    'unavailable',
    `No control plane runs in ${home}. Start one with "slipway up", or say where it is by SLIPWAY_URL or SLIPWAY_HOME.`,
    { details: { home } },
  );
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new SlipwayError('unauthenticated', `The token file ${resolve(file)} cannot be read.`, {
      details: { file },
      cause,
    });
  }
}

/** A variable of the environment; an empty one counts as not set. */
function variable(name: string): string | undefined {
  return process.env[name] || undefined;
}
