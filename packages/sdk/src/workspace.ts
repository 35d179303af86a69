import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Workspace as WorkspaceResource } from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { type Connection, type ConnectOptions, findConnection } from './connection.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';

export interface FromConfigOptions extends ConnectOptions {
  /** A configuration file, or the folder from which one is searched upwards; the current folder if left out. */
  readonly path?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A workspace of a control plane: what models, services and compute targets are asked for with. */
export class Workspace {
  /** For this package. */
  readonly client: HttpClient;
  readonly #resource: WorkspaceResource;

  /** For this package; use `Workspace.fromConfig`, `find`, `connect` or `local`. */
  constructor(client: HttpClient, resource: WorkspaceResource) {
    this.client = client;
    this.#resource = resource;
  }

  /**
   * Connects as a configuration file says: `.slipway/config.json`, or one of Azure's names, searched from `path` up through all
   * parents. Throws `not_found` if there is no such file or no such workspace.
   */
  static async fromConfig({ path = '.', signal, ...options }: FromConfigOptions = {}): Promise<Workspace> {
    return await open(await findConnection(options, { path, required: true }), signal);
  }

  /** Like `fromConfig`, but without a configuration file it connects to the server of the home folder. */
  static async find({ path = '.', signal, ...options }: FromConfigOptions = {}): Promise<Workspace> {
    return await open(await findConnection(options, { path, required: false }), signal);
  }

  /** Connects as the options and the environment say, without a configuration file. */
  static async connect({ signal, ...options }: Omit<FromConfigOptions, 'path'> = {}): Promise<Workspace> {
    return await open(await findConnection(options), signal);
  }

  /** Connects to the server that runs in a home folder of this machine. */
  static async local(
    options: { home?: string | undefined; name?: string | undefined } = {},
  ): Promise<Workspace> {
    return await Workspace.connect({ home: options.home, workspace: options.name });
  }

  get name(): string {
    return this.#resource.name;
  }
  get description(): string | null {
    return this.#resource.description;
  }
  get tags(): Readonly<Record<string, string>> {
    return this.#resource.tags;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }
  /** Address of the control plane. */
  get url(): string {
    return this.client.connection.url;
  }

  /**
   * Writes `<path>/.slipway/config.json`, which `fromConfig` finds, and answers its path. The token itself is never written,
   * only the path of the file it came from.
   */
  async writeConfig(
    options: { path?: string | undefined; fileName?: string | undefined } = {},
  ): Promise<string> {
    const folder = join(options.path ?? '.', '.slipway');
    const file = join(folder, options.fileName ?? 'config.json');
    const { url, tokenFile } = this.client.connection;
    await mkdir(folder, { recursive: true });
    await writeFile(file, `${JSON.stringify({ url, workspace: this.name, tokenFile }, null, 2)}\n`);
    return relative('.', file);
  }

  /** Removes it. Throws `in_use` while it has models or services. */
  async delete(options: CallOptions = {}): Promise<void> {
    await this.client.json({ method: 'DELETE', path: this.path(), signal: options.signal });
  }

  /** The API's path of something below the workspace; for this package. */
  path(below = ''): string {
    return `/workspaces/${encodeURIComponent(this.name)}${below}`;
  }

  /** The resource as the API gave it. */
  toJSON(): WorkspaceResource {
    return this.#resource;
  }
}

async function open(connection: Connection, signal: AbortSignal | undefined): Promise<Workspace> {
  const client = createHttpClient(connection);
  const path = `/workspaces/${encodeURIComponent(connection.workspace)}`;
  return new Workspace(client, await client.json({ path, signal }));
}
