import type { WorkspaceCreate, Workspace as WorkspaceResource } from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { type ConnectOptions, findConnection } from './connection.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { Workspace } from './workspace.ts';

/** A health question is answered at once or not at all. */
const HEALTH_TIMEOUT_MS = 5_000;

export interface Health {
  readonly status: 'ok';
  readonly version: string;
}

/** The control plane itself: its health, its workspaces, its end. */
export interface ControlPlane {
  readonly url: string;
  health(options?: CallOptions): Promise<Health>;
  workspaces(options?: CallOptions): Promise<Workspace[]>;
  /** Throws `already_exists`. */
  createWorkspace(create: WorkspaceCreate, options?: CallOptions): Promise<Workspace>;
  /** Ends the server; with `stop`, gateway and replicas too. Scoring goes on with `keep`. */
  shutdown(options?: {
    services?: 'keep' | 'stop' | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<void>;
}

export interface ConnectControlPlaneOptions extends ConnectOptions {
  /** A configuration file, or the folder from which one is searched upwards. Left out: no file is read. */
  readonly path?: string | undefined;
}

/** Finds the control plane as `Workspace.connect` does, or as `Workspace.find` if `path` is given; sends nothing yet. */
export async function connectControlPlane(options: ConnectControlPlaneOptions = {}): Promise<ControlPlane> {
  const { path, ...rest } = options;
  const search = path === undefined ? undefined : { path, required: false };
  const client = createHttpClient(await findConnection(rest, search));
  return {
    url: client.connection.url,
    health: ({ signal } = {}) => client.json({ path: '/health', signal, timeoutMs: HEALTH_TIMEOUT_MS }),
    workspaces: ({ signal } = {}) => listWorkspaces(client, signal),
    createWorkspace: (create, { signal } = {}) => createWorkspace(client, create, signal),
    shutdown: ({ services = 'stop', signal } = {}) =>
      client.json({ method: 'POST', path: '/shutdown', body: { services }, signal }),
  };
}

async function listWorkspaces(client: HttpClient, signal: AbortSignal | undefined): Promise<Workspace[]> {
  const found = await client.list<WorkspaceResource>({ path: '/workspaces', signal });
  return found.map((one) => new Workspace(client, one));
}

async function createWorkspace(
  client: HttpClient,
  body: WorkspaceCreate,
  signal: AbortSignal | undefined,
): Promise<Workspace> {
  const path = '/workspaces';
  return new Workspace(client, await client.json({ method: 'POST', path, body, once: true, signal }));
}
