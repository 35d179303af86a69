import { checkName, SlipwayError } from '@slipway/contract';
import type {
  EnvironmentBuild,
  EnvironmentDefinition,
  EnvironmentLock,
  EnvironmentRegister,
  Environment as EnvironmentResource,
  EnvironmentState,
  Operation as OperationResource,
} from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { condaDefinition, definitionInFile, npmDefinition, pipDefinition } from './environment-files.ts';
import { type Filters, toQuery } from './filters.ts';
import { Operation } from './operation.ts';
import type { Workspace } from './workspace.ts';

export interface RegisterEnvironmentOptions {
  readonly workspace: Workspace;
  readonly description?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListEnvironmentsOptions {
  readonly workspace: Workspace;
  readonly name?: string | undefined;
  readonly tags?: Filters | undefined;
  /** Only the newest version of each name. */
  readonly latest?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Registered {
  readonly workspace: Workspace;
  readonly resource: EnvironmentResource;
}

/** A named set of packages that entry scripts run in: as its author wrote it, or a registered version of it. */
export class Environment {
  readonly name: string;
  readonly definition: EnvironmentDefinition;
  readonly #registered: Registered | undefined;

  /** For this package; use `Environment.from…`, `get` or `list`. */
  constructor(name: string, definition: EnvironmentDefinition, registered?: Registered) {
    this.name = checkName('environment', name);
    this.definition = definition;
    this.#registered = registered;
  }

  /** From a conda environment file. Throws `not_found` (no such file), `invalid_argument` (name). */
  static async fromCondaSpecification(name: string, filePath: string): Promise<Environment> {
    return new Environment(name, await condaDefinition(filePath));
  }

  /** From a requirements file of pip, for any Python or the version that is said: `3.11`, `>=3.9,<3.12`. */
  static async fromPipRequirements(
    name: string,
    filePath: string,
    options: { readonly pythonVersion?: string | undefined } = {},
  ): Promise<Environment> {
    return new Environment(name, await pipDefinition(filePath, options.pythonVersion));
  }

  /** From a package.json, and the package-lock.json beside it if there is one. Install scripts run only if they are allowed. */
  static async fromPackageJson(
    name: string,
    filePath: string,
    options: { readonly allowScripts?: boolean | undefined } = {},
  ): Promise<Environment> {
    return new Environment(name, await npmDefinition(filePath, options.allowScripts ?? false));
  }

  /** From a file whose name says which of the three it is: `*.yml` or `*.yaml`, `*.txt`, `package.json`. */
  static async fromFile(
    name: string,
    filePath: string,
    options: {
      readonly pythonVersion?: string | undefined;
      readonly allowScripts?: boolean | undefined;
    } = {},
  ): Promise<Environment> {
    const { pythonVersion, allowScripts } = options;
    return new Environment(name, await definitionInFile(filePath, { python: pythonVersion, allowScripts }));
  }

  /** A Python that is there already, by its absolute path on the machine of the server. */
  static fromExistingInterpreter(name: string, path: string): Environment {
    return new Environment(name, { kind: 'interpreter', path });
  }

  /** The newest version of a name, unless `version` says which. Throws `not_found`. */
  static async get(options: {
    workspace: Workspace;
    name: string;
    version?: number | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<Environment> {
    const { workspace, name, version, signal } = options;
    const reference = version === undefined ? name : `${name}:${version}`;
    const path = workspace.path(`/environments/${encodeURIComponent(reference)}`);
    return ofResource(workspace, await workspace.client.json({ path, signal }));
  }

  /** All that match, newest first. */
  static async list(options: ListEnvironmentsOptions): Promise<Environment[]> {
    const { workspace, name, tags, latest, signal } = options;
    const query = { name, tag: toQuery(tags), latest: latest || undefined };
    const path = workspace.path('/environments');
    const found = await workspace.client.list<EnvironmentResource>({ path, query, signal });
    return found.map((one) => ofResource(workspace, one));
  }

  /** `name:version`; `undefined` before it is registered, like everything that the registration adds. */
  get id(): string | undefined {
    return this.#registered?.resource.id;
  }
  get version(): number | undefined {
    return this.#registered?.resource.version;
  }
  get state(): EnvironmentState | undefined {
    return this.#registered?.resource.state;
  }
  /** What of the definition was read otherwise than it stands there, and what is not needed here. */
  get warnings(): readonly string[] {
    return this.#registered?.resource.warnings ?? [];
  }
  /** What was built, if it was. */
  get built(): EnvironmentBuild | undefined {
    return this.#registered?.resource.build ?? undefined;
  }

  /**
   * Registers it as the next version of its name, or finds that the newest one has the same definition. Throws `invalid_argument` with
   * everything that is wrong with the definition, and `not_found` or `unsupported` if the machine lacks what it needs.
   */
  async register(options: RegisterEnvironmentOptions): Promise<Environment> {
    const { workspace, description, tags, signal } = options;
    const body: EnvironmentRegister = {
      name: this.name,
      definition: this.definition,
      ...(description !== undefined && { description }),
      ...(tags !== undefined && { tags: { ...tags } }),
    };
    const path = workspace.path('/environments');
    return ofResource(
      workspace,
      await workspace.client.json({ method: 'POST', path, body, once: true, signal }),
    );
  }

  /** Begins to build it, registering it first if it is not; the operation succeeds at once if it was built before. */
  async build(options: { workspace: Workspace; signal?: AbortSignal | undefined }): Promise<Operation> {
    const { client, path } = await this.#pathIn(options);
    const operation = await client.json<OperationResource>({
      method: 'POST',
      path: `${path}/build`,
      signal: options.signal,
    });
    return new Operation(client, operation);
  }

  /** Every package that was built with its version, and its hashes where the tool tells them. Throws `conflict` if it was not built. */
  async lock(options: CallOptions = {}): Promise<EnvironmentLock> {
    const { workspace, resource } = this.#required();
    const path = workspace.path(`/environments/${encodeURIComponent(resource.id)}/lock`);
    return await workspace.client.json({ path, signal: options.signal });
  }

  /** Deletes this version. Throws `in_use` while a service runs in it. */
  async delete(options: CallOptions = {}): Promise<void> {
    const { workspace, resource } = this.#required();
    const path = workspace.path(`/environments/${encodeURIComponent(resource.id)}`);
    await workspace.client.json({ method: 'DELETE', path, signal: options.signal });
  }

  /** The resource as the API gave it. Throws `conflict` before it is registered. */
  toJSON(): EnvironmentResource {
    return this.#required().resource;
  }

  async #pathIn(options: { workspace: Workspace; signal?: AbortSignal | undefined }) {
    const { workspace } = options;
    const id = this.id ?? (await this.register(options)).id ?? this.name;
    return { client: workspace.client, path: workspace.path(`/environments/${encodeURIComponent(id)}`) };
  }

  #required(): Registered {
    if (this.#registered !== undefined) return this.#registered;
    throw new SlipwayError(
      'conflict',
      `The environment "${this.name}" is not registered yet: call register first.`,
    );
  }
}

function ofResource(workspace: Workspace, resource: EnvironmentResource): Environment {
  return new Environment(resource.name, resource.definition, { workspace, resource });
}
