import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  checkName,
  type ModelInspection,
  modelId,
  parseModelReference,
  SlipwayError,
} from '@slipway/contract';
import type { ConversionReport, ModelFile, Model as ModelResource, ModelUpdate } from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { type DeployOptions, deployModels } from './deploy.ts';
import { type DownloadOptions, downloadModel } from './download-model.ts';
import { type Filters, toQuery } from './filters.ts';
import type { HttpClient } from './http-client.ts';
import { type InspectOptions, inspectFile } from './inspect-process.ts';
import { beginConversion, type ConvertOptions, ModelConversion } from './model-conversion.ts';
import { type RegisterProgress, registerModel } from './register-model.ts';
import type { Webservice } from './webservice.ts';
import type { Workspace } from './workspace.ts';

/** Times that a change is tried again on a model that somebody else changed meanwhile. */
const MAX_CHANGE_ATTEMPTS = 4;

export interface RegisterOptions {
  readonly workspace: Workspace;
  /** A file, or a folder whose files keep their relative paths. */
  readonly modelPath: string;
  readonly modelName: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly properties?: Readonly<Record<string, string>> | undefined;
  readonly description?: string | undefined;
  readonly modelFramework?: string | undefined;
  readonly modelFrameworkVersion?: string | undefined;
  /** `name:version` of the model that it was made from. */
  readonly parentId?: string | undefined;
  readonly onProgress?: ((progress: RegisterProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface GetModelOptions {
  readonly workspace: Workspace;
  /** The newest version, unless `version` says which. */
  readonly name?: string | undefined;
  readonly version?: number | undefined;
  /** `name:version`; instead of name and version. */
  readonly id?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListModelsOptions {
  readonly workspace: Workspace;
  readonly name?: string | undefined;
  readonly tags?: Filters | undefined;
  readonly properties?: Filters | undefined;
  readonly framework?: string | undefined;
  /** Only the newest version of each name. */
  readonly latest?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A registered model version. */
export class Model {
  readonly workspace: Workspace;
  #resource: ModelResource;

  /** For this package; use `Model.register`, `Model.get` or `Model.list`. */
  constructor(workspace: Workspace, resource: ModelResource) {
    this.workspace = workspace;
    this.#resource = resource;
  }

  /**
   * Registers a file or folder as the next version of `modelName`. Bytes that the server has are not sent again, and broken
   * connections are gone on with. Throws `not_found` (no such path) and `invalid_argument`.
   */
  static async register(options: RegisterOptions): Promise<Model> {
    const { workspace, modelPath, modelName, modelFramework, modelFrameworkVersion, onProgress, signal } =
      options;
    const { tags, properties, description, parentId } = options;
    checkName('model', modelName, 'modelName');
    if (modelFrameworkVersion !== undefined && modelFramework === undefined) throw versionWithoutFramework();
    const resource = await registerModel({ workspace, onProgress, signal }, modelPath, {
      name: modelName,
      ...(tags !== undefined && { tags: { ...tags } }),
      ...(properties !== undefined && { properties: { ...properties } }),
      ...(description !== undefined && { description }),
      ...(modelFramework !== undefined && { framework: modelFramework }),
      ...(modelFrameworkVersion !== undefined && { frameworkVersion: modelFrameworkVersion }),
      ...(parentId !== undefined && { parentId }),
    });
    return new Model(workspace, resource);
  }

  /**
   * What stands in a file or folder of this machine, of TensorFlow or ONNX, and whether it would be converted; nothing is
   * registered. Throws `invalid_argument`, `invalid_model`, `unsupported` for what cannot be read.
   */
  static async inspect(path: string, options: InspectOptions = {}): Promise<ModelInspection> {
    return await inspectFile(resolve(path), options);
  }

  /** Reads one model by name, name and version, or id. Throws `not_found`. */
  static async get({ workspace, signal, ...which }: GetModelOptions): Promise<Model> {
    const path = workspace.path(`/models/${encodeURIComponent(referenceOf(which))}`);
    return new Model(workspace, await workspace.client.json({ path, signal }));
  }

  /** All models that match, newest first. */
  static async list(options: ListModelsOptions): Promise<Model[]> {
    const { workspace, name, framework, latest, signal } = options;
    const query = {
      name,
      framework,
      latest: latest || undefined,
      tag: toQuery(options.tags),
      property: toQuery(options.properties),
    };
    const found = await workspace.client.list<ModelResource>({
      path: workspace.path('/models'),
      query,
      signal,
    });
    return found.map((one) => new Model(workspace, one));
  }

  /**
   * Deploys models under a name, each a `Model`, an id, or a path on this machine that is registered first. Answers when the
   * deployment has begun; `waitForDeployment` of the service waits for its end.
   */
  static async deploy(options: DeployOptions): Promise<Webservice> {
    return await deployModels(options, (register) => Model.register(register));
  }

  /** `name:version` */
  get id(): string {
    return this.#resource.id;
  }
  get name(): string {
    return this.#resource.name;
  }
  get version(): number {
    return this.#resource.version;
  }
  get description(): string | null {
    return this.#resource.description;
  }
  get tags(): Readonly<Record<string, string>> {
    return this.#resource.tags;
  }
  get properties(): Readonly<Record<string, string>> {
    return this.#resource.properties;
  }
  /** Weights that nobody trained: `seed 7`; `null`: none are random. */
  get randomWeights(): string | null {
    return this.#resource.randomWeights;
  }
  get modelFramework(): string | null {
    return this.#resource.framework;
  }
  get modelFrameworkVersion(): string | null {
    return this.#resource.frameworkVersion;
  }
  get parentId(): string | null {
    return this.#resource.parentId;
  }
  get derivedModelIds(): readonly string[] {
    return this.#resource.derivedModelIds;
  }
  /** Digest of the manifest that names the files. */
  get digest(): string {
    return this.#resource.digest;
  }
  /** Bytes of all files. */
  get size(): number {
    return this.#resource.size;
  }
  get files(): readonly ModelFile[] {
    return this.#resource.files;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }
  get updatedTime(): Date {
    return new Date(this.#resource.updatedAt);
  }

  /** How it was converted from its parent; `null`: it was not. */
  get conversion(): ConversionReport | null {
    return this.#resource.conversion;
  }
  /** Its address at the control plane. */
  get url(): string {
    return new URL(`/api/v1${this.#path}`, this.#client.connection.url).href;
  }

  /** Reads it again. */
  async refresh({ signal }: CallOptions = {}): Promise<this> {
    this.#resource = await this.#client.json({ path: this.#path, signal });
    return this;
  }

  /** Writes its files into a folder; answers their paths. Throws `already_exists` unless `existOk`. */
  async download(options: DownloadOptions = {}): Promise<string[]> {
    return await downloadModel(this.#client, this.files, options);
  }

  /** Begins to convert a model of TensorFlow into a registered model of ONNX. Throws `not_found`, `invalid_argument`, `overloaded`. */
  async convert(options: ConvertOptions = {}): Promise<ModelConversion<Model>> {
    const operation = await beginConversion(this.workspace, this.id, options);
    return new ModelConversion(this.workspace, operation, (resource) => new Model(this.workspace, resource));
  }

  /**
   * What stands in its files, and whether they would be converted; its files are downloaded for that. Throws what `Model.inspect`
   * throws.
   */
  async inspect(options: InspectOptions = {}): Promise<ModelInspection> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-inspect-'));
    try {
      await this.download({ targetDir: folder, signal: options.signal });
      return await inspectFile(folder, options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Replaces description or tags. */
  async update(change: Pick<ModelUpdate, 'description' | 'tags'> & CallOptions): Promise<this> {
    const { signal, ...fields } = change;
    return await this.#change(() => fields, signal);
  }

  /** Sets tags and leaves the others. */
  async addTags(tags: Readonly<Record<string, string>>, { signal }: CallOptions = {}): Promise<this> {
    return await this.#change((model) => ({ tags: { ...model.tags, ...tags } }), signal);
  }

  /** Removes tags; one that is not there is no error. */
  async removeTags(keys: readonly string[], { signal }: CallOptions = {}): Promise<this> {
    const kept = (model: ModelResource) => Object.entries(model.tags).filter(([key]) => !keys.includes(key));
    return await this.#change((model) => ({ tags: Object.fromEntries(kept(model)) }), signal);
  }

  /** Adds properties. Throws for a key that is there: properties never change. */
  async addProperties(
    properties: Readonly<Record<string, string>>,
    { signal }: CallOptions = {},
  ): Promise<this> {
    return await this.#change(() => ({ addProperties: { ...properties } }), signal);
  }

  /** Removes this version. Throws `in_use` with `details.users` while services use it. */
  async delete({ signal }: CallOptions = {}): Promise<void> {
    await this.#client.json({ method: 'DELETE', path: this.#path, signal });
  }

  /** The resource as the API gave it. */
  toJSON(): ModelResource {
    return this.#resource;
  }

  get #client(): HttpClient {
    return this.workspace.client;
  }

  get #path(): string {
    return this.workspace.path(`/models/${encodeURIComponent(this.id)}`);
  }

  /** Makes a change of the model as it is, and again of what it became if somebody else was quicker. */
  async #change(
    change: (model: ModelResource) => ModelUpdate,
    signal: AbortSignal | undefined,
  ): Promise<this> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.#resource = await this.#client.json({
          method: 'PATCH',
          path: this.#path,
          body: change(this.#resource),
          headers: { 'if-match': `"${this.#resource.etag}"` },
          signal,
        });
        return this;
      } catch (thrown) {
        const changed = thrown instanceof SlipwayError && thrown.code === 'precondition_failed';
        if (!changed || attempt === MAX_CHANGE_ATTEMPTS) throw thrown;
        await this.refresh({ signal });
      }
    }
  }
}

function referenceOf({ id, name, version }: Pick<GetModelOptions, 'id' | 'name' | 'version'>): string {
  if (id !== undefined) {
    parseModelReference(id, 'id');
    return id;
  }
  if (name === undefined) {
    throw new SlipwayError('invalid_argument', 'One of id or name must be provided.', {
      details: { field: 'name' },
    });
  }
  checkName('model', name);
  return version === undefined ? name : modelId(name, version);
}

function versionWithoutFramework(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    'The model framework version cannot be provided without a model framework.',
    { details: { field: 'modelFrameworkVersion' } },
  );
}
