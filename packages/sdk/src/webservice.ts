import { checkName, SlipwayError } from '@slipway/contract';
import type {
  CollectedFile,
  DeploymentConfig,
  KeyRegenerate,
  Operation as OperationResource,
  Replica,
  Revision,
  ServiceEvent,
  ServiceKeys,
  Service as ServiceResource,
  ServiceToken,
} from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { createDeploymentOutput, finishedLine } from './deployment-output.ts';
import { type DownloadDataOptions, downloadCollected } from './download-collected.ts';
import { toQuery } from './filters.ts';
import { errorOfFailure } from './http-errors.ts';
import { withInference } from './inference-request.ts';
import type { NodePredictionClient, NodeTensorClient } from './node-client/score-file.ts';
import { Operation, type WaitOptions } from './operation.ts';
import {
  createGrpcServiceClient,
  createServiceClient,
  type GrpcServiceClientOptions,
  type ServiceClientOptions,
  withLogsHint,
} from './service-client.ts';
import { type LogChoice, type LogLine, logQuery, readLogLines } from './service-logs.ts';
import { updateBody } from './service-update.ts';
import type {
  ListWebservicesOptions,
  UpdateServiceOptions,
  WaitForDeploymentOptions,
} from './webservice-options.ts';
import type { Workspace } from './workspace.ts';

/** A deletion that takes longer than draining and this is given up waiting for. */
const DELETE_MARGIN_SECONDS = 60;

/** A deployed service. */
export class Webservice {
  readonly workspace: Workspace;
  #resource: ServiceResource;
  #operationId: string | null;
  #scoring: { readonly client: NodePredictionClient; readonly of: string } | undefined;

  /** For this package; use `Model.deploy`, `Webservice.get` or `Webservice.list`. */
  constructor(workspace: Workspace, resource: ServiceResource) {
    this.workspace = workspace;
    this.#resource = resource;
    this.#operationId = resource.operationId;
  }

  /** Throws `not_found`. */
  static async get({
    workspace,
    name,
    signal,
  }: { workspace: Workspace; name: string } & CallOptions): Promise<Webservice> {
    checkName('service', name);
    const path = workspace.path(`/services/${encodeURIComponent(name)}`);
    return new Webservice(workspace, await workspace.client.json({ path, signal }));
  }

  /** The service that an operation has just begun to make or change; for this package. */
  static async ofOperation(
    options: { workspace: Workspace; name: string; operation: OperationResource } & CallOptions,
  ): Promise<Webservice> {
    const service = await Webservice.get(options);
    service.#operationId = options.operation.id;
    return service;
  }

  /** All services that match. */
  static async list({
    workspace,
    model,
    computeTarget,
    tags,
    properties,
    signal,
  }: ListWebservicesOptions): Promise<Webservice[]> {
    const query = { model, computeTarget, tag: toQuery(tags), property: toQuery(properties) };
    const found = await workspace.client.list<ServiceResource>({
      path: workspace.path('/services'),
      query,
      signal,
    });
    return found.map((one) => new Webservice(workspace, one));
  }

  get name(): string {
    return this.#resource.name;
  }
  get state(): ServiceResource['state'] {
    return this.#resource.state;
  }
  get error(): ServiceResource['error'] {
    return this.#resource.error;
  }
  get scoringUri(): string {
    return this.#resource.scoringUri;
  }
  get swaggerUri(): string {
    return this.#resource.swaggerUri;
  }
  get authEnabled(): boolean {
    return this.#resource.authMode === 'key';
  }
  get tokenAuthEnabled(): boolean {
    return this.#resource.authMode === 'token';
  }
  get computeType(): ServiceResource['computeType'] {
    return this.#resource.computeType;
  }
  get computeName(): string {
    return this.#resource.computeTarget;
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
  /** Ids of its models, `name:version`. */
  get models(): readonly string[] {
    return this.#resource.models;
  }
  /** Its script and what it runs in; `null`: its models answer by themselves. */
  get inferenceConfig(): ServiceResource['inferenceConfig'] {
    return this.#resource.inferenceConfig;
  }
  get deploymentConfig(): DeploymentConfig {
    return this.#resource.config;
  }
  /** Replicas that are wanted, and how many of them are ready. */
  get numReplicas(): number {
    return this.#resource.replicas.desired;
  }
  get readyReplicas(): number {
    return this.#resource.replicas.ready;
  }
  /** How it is scaled by its load, as Azure names it; `null`: it has a fixed number of replicas. */
  get autoscaler(): DeploymentConfig['autoscaler'] {
    return this.#resource.config.autoscaler;
  }
  /** What the autoscaler decided last, and why. */
  get lastScaling(): ServiceResource['lastScaling'] {
    return this.#resource.lastScaling;
  }
  /** The revision that is wanted. */
  get revision(): number {
    return this.#resource.revision;
  }
  /** The last revision that became healthy. */
  get activeRevision(): number | null {
    return this.#resource.activeRevision;
  }
  /** The operation that this object began, or that changed the service last. */
  get operationId(): string | null {
    return this.#operationId;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }
  get updatedTime(): Date {
    return new Date(this.#resource.updatedAt);
  }

  /** Reads it again. */
  async refresh({ signal }: CallOptions = {}): Promise<this> {
    this.#resource = await this.workspace.client.json({ path: this.#path(), signal });
    return this;
  }

  /**
   * Waits for the deployment, update or rollback that was begun last, with live progress. Throws its error if it failed, and
   * `deadline_exceeded` after `timeoutSec`, while the deployment goes on.
   */
  async waitForDeployment(options: WaitForDeploymentOptions = {}): Promise<this> {
    const {
      showOutput = false,
      print = (text) => void process.stdout.write(text),
      onProgress,
      ...wait
    } = options;
    const output = showOutput ? createDeploymentOutput(print) : undefined;
    const operation = await this.#operation(wait.signal);
    await operation?.wait({
      ...wait,
      onProgress(event) {
        output?.(event);
        onProgress?.(event);
      },
    });
    await this.refresh({ signal: wait.signal });
    if (showOutput) print(finishedLine(this.#resource));
    return this;
  }

  /**
   * Sends input to the service and gives back its answer. Text and bytes are sent as they are, anything else as JSON, in
   * which typed arrays are arrays. Integers beyond 2^53 are `bigint`s, in the answer too; NaN and the infinities go both
   * ways. A key that was regenerated is read again once. Errors carry the answer's status, headers and body in `details`.
   */
  async run(input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    try {
      return await this.#scoringClient().score(input, { signal });
    } catch (thrown) {
      throw withLogsHint(thrown);
    }
  }

  /**
   * A client of it over HTTP: `/score`, TensorFlow Serving or the Open Inference Protocol. It reads the service's key or token by
   * itself, again when that was replaced. Close it when it is not needed any more.
   */
  client(options: ServiceClientOptions = {}): NodePredictionClient {
    return createServiceClient(this.workspace.client, this.#path(), this.#resource, options);
  }

  /** The same over gRPC. */
  async grpcClient(options: GrpcServiceClientOptions = {}): Promise<NodeTensorClient> {
    return await createGrpcServiceClient(this.workspace.client, this.#path(), this.#resource, options);
  }

  /** Both keys; each works. Throws `conflict` if the service does not use keys. */
  async getKeys({ signal }: CallOptions = {}): Promise<ServiceKeys> {
    return await this.workspace.client.json({ path: this.#path('/keys'), signal });
  }

  /** Replaces one key, by a random one or by `setKey`; the other keeps working. In force everywhere when it answers. */
  async regenKey(key: string, setKey?: string, { signal }: CallOptions = {}): Promise<ServiceKeys> {
    const body: KeyRegenerate = { keyType: keyTypeOf(key), ...(setKey !== undefined && { key: setKey }) };
    return await this.workspace.client.json({ method: 'POST', path: this.#path('/keys'), body, signal });
  }

  /** A token and when to ask for the next. Throws `conflict` if the service does not use tokens. */
  async getToken({ signal }: CallOptions = {}): Promise<ServiceToken> {
    const path = this.#path('/token');
    return await this.workspace.client.json({ method: 'POST', path, repeatable: true, signal });
  }

  /** The last lines of all replicas, or of the choice. */
  async getLogs({ signal, ...choice }: LogChoice & CallOptions = {}): Promise<string> {
    const request = {
      path: this.#path('/logs'),
      query: logQuery(choice),
      headers: { accept: 'text/plain' },
      signal,
    };
    try {
      return await (await this.workspace.client.open(request)).text();
    } catch (thrown) {
      throw errorOfFailure(thrown, this.workspace.url, request);
    }
  }

  /** The last lines and then every new one, until the signal fires or the service is gone. */
  followLogs({ signal, ...choice }: Omit<LogChoice, 'init'> & CallOptions = {}): AsyncGenerator<LogLine> {
    return readLogLines(this.workspace.client, this.#path('/logs'), logQuery(choice), signal);
  }

  /** The files of what the service has collected of its requests, in the order of their paths. */
  async collectedFiles({ signal }: CallOptions = {}): Promise<CollectedFile[]> {
    const request = { path: this.#path('/data'), signal };
    return (await this.workspace.client.json<{ items: CollectedFile[] }>(request)).items;
  }

  /** Copies those files into a folder, over earlier copies; answers where they are. */
  async downloadCollected(options: DownloadDataOptions = {}): Promise<string[]> {
    const files = await this.collectedFiles(options);
    return await downloadCollected(this.workspace.client, this.#path('/data'), files, options);
  }

  /** Begins a change; what is not named stays. `waitForDeployment` waits for its end. */
  async update({ signal, onProgress, inferenceConfig, ...options }: UpdateServiceOptions): Promise<this> {
    const context = { workspace: this.workspace, onProgress, signal };
    return await withInference(context, this.name, inferenceConfig, (choice) =>
      this.#begin('PATCH', '', updateBody(options, choice), signal),
    );
  }

  /** Begins to go back to `revision`, or to the one that was healthy before this one. */
  async rollback({ revision, signal }: { revision?: number | undefined } & CallOptions = {}): Promise<this> {
    return await this.#begin('POST', '/rollback', revision === undefined ? {} : { revision }, signal);
  }

  /** Removes it, and waits until it is gone. One that is not there is no error. */
  async delete({ timeoutSec, ...wait }: WaitOptions = {}): Promise<void> {
    const { client } = this.workspace;
    const limit = timeoutSec ?? this.#resource.config.drainGraceSeconds + DELETE_MARGIN_SECONDS;
    try {
      const resource = await client.json<OperationResource>({
        method: 'DELETE',
        path: this.#path(),
        signal: wait.signal,
      });
      await new Operation(client, resource).wait({ ...wait, timeoutSec: limit });
    } catch (thrown) {
      if (!(thrown instanceof SlipwayError) || thrown.code !== 'not_found') throw thrown;
    }
  }

  /** Newest first. */
  async revisions({ signal }: CallOptions = {}): Promise<Revision[]> {
    return await this.workspace.client.list({ path: this.#path('/revisions'), signal });
  }

  /** The replicas as they are now. */
  async replicas({ signal }: CallOptions = {}): Promise<Replica[]> {
    const { items } = await this.workspace.client.json<{ items: Replica[] }>({
      path: this.#path('/replicas'),
      signal,
    });
    return items;
  }

  /** What happened to it, newest first. */
  async events({ signal }: CallOptions = {}): Promise<ServiceEvent[]> {
    return await this.workspace.client.list({ path: this.#path('/events'), signal });
  }

  /** The resource as the API gave it. */
  toJSON(): ServiceResource {
    return this.#resource;
  }

  /**
   * The client of `run`, kept with its key until the service has another revision; calls of the one before go on. Asking again is
   * left to the caller.
   */
  #scoringClient(): NodePredictionClient {
    const of = `${this.revision} ${this.scoringUri}`;
    if (this.#scoring?.of !== of) this.#scoring = { client: this.client({ retry: { attempts: 1 } }), of };
    return this.#scoring.client;
  }

  #path(below = ''): string {
    return this.workspace.path(`/services/${encodeURIComponent(this.name)}${below}`);
  }

  async #operation(signal: AbortSignal | undefined): Promise<Operation | undefined> {
    const id = this.#operationId;
    return id === null ? undefined : await Operation.get({ workspace: this.workspace, id, signal });
  }

  async #begin(
    method: 'PATCH' | 'POST',
    below: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<this> {
    const operation = await this.workspace.client.json<OperationResource>({
      method,
      path: this.#path(below),
      body,
      once: method === 'POST',
      signal,
    });
    await this.refresh({ signal });
    this.#operationId = operation.id;
    return this;
  }
}

function keyTypeOf(key: string): KeyRegenerate['keyType'] {
  const name = key.slice(0, 1).toUpperCase() + key.slice(1).toLowerCase();
  if (name === 'Primary' || name === 'Secondary') return name;
  const problem =
    key === '' ? 'Say which key is to be regenerated' : `"${key}" is no key that can be regenerated`;
  throw new SlipwayError('invalid_argument', `${problem}: Primary or Secondary.`, {
    details: { field: 'key' },
  });
}
