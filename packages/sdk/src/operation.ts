import { errorFromBody, SlipwayError } from '@slipway/contract';
import type { OperationLogLine, Operation as OperationResource } from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import type { HttpClient } from './http-client.ts';
import { type OperationEvent, watchOperation } from './operation-watch.ts';
import type { Workspace } from './workspace.ts';

export interface WaitOptions {
  /** Seconds after which waiting ends with `deadline_exceeded`; the operation goes on. */
  readonly timeoutSec?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called for every log line and every change of the operation. */
  readonly onProgress?: ((event: OperationEvent) => void) | undefined;
}

/** Long work that the control plane does. */
export class Operation {
  readonly #client: HttpClient;
  #resource: OperationResource;

  /** For this package; use `Operation.get` or `Operation.list`. */
  constructor(client: HttpClient, resource: OperationResource) {
    this.#client = client;
    this.#resource = resource;
  }

  /** Throws `not_found`. */
  static async get(options: {
    workspace: Workspace;
    id: string;
    signal?: AbortSignal | undefined;
  }): Promise<Operation> {
    const { client } = options.workspace;
    const path = options.workspace.path(`/operations/${encodeURIComponent(options.id)}`);
    return new Operation(client, await client.json({ path, signal: options.signal }));
  }

  /** Newest first. */
  static async list(options: {
    workspace: Workspace;
    state?: OperationResource['state'] | undefined;
    resource?: string | undefined;
    signal?: AbortSignal | undefined;
  }): Promise<Operation[]> {
    const { workspace, state, resource, signal } = options;
    const found = await workspace.client.list<OperationResource>({
      path: workspace.path('/operations'),
      query: { state, resource },
      signal,
    });
    return found.map((one) => new Operation(workspace.client, one));
  }

  get id(): string {
    return this.#resource.id;
  }
  get kind(): OperationResource['kind'] {
    return this.#resource.kind;
  }
  get state(): OperationResource['state'] {
    return this.#resource.state;
  }
  /** What it works on: `services/digits`. */
  get resource(): string {
    return this.#resource.resource;
  }
  get percent(): number | null {
    return this.#resource.percent;
  }
  get message(): string {
    return this.#resource.message;
  }
  get error(): OperationResource['error'] {
    return this.#resource.error;
  }
  /** Path of what it made, below the workspace: `models/digits.1.accelonnx:1`. */
  get result(): string | null {
    return this.#resource.result;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }

  /** Reads it again. */
  async refresh(options: CallOptions = {}): Promise<this> {
    this.#resource = await this.#client.json({ path: this.#path(), signal: options.signal });
    return this;
  }

  /** Asks for it to stop at its next safe point. Throws `conflict` if it has ended. */
  async cancel(options: CallOptions = {}): Promise<this> {
    this.#resource = await this.#client.json({
      method: 'POST',
      path: this.#path('/cancel'),
      signal: options.signal,
    });
    return this;
  }

  /** Its log so far, oldest line first. */
  async log(options: CallOptions = {}): Promise<OperationLogLine[]> {
    return await this.#client.list({ path: this.#path('/log'), signal: options.signal });
  }

  /** What happens to it from its first log line on, live, until it has ended; survives broken connections. */
  async *watch(options: CallOptions = {}): AsyncGenerator<OperationEvent> {
    for await (const event of watchOperation(this.#client, this.#path(), options.signal)) {
      if (event.type === 'operation') this.#resource = event.operation;
      yield event;
    }
  }

  /** Waits until it has succeeded. Throws the operation's own error if it ended otherwise. */
  async wait({ timeoutSec, signal, onProgress }: WaitOptions = {}): Promise<this> {
    const timeout = timeoutSec === undefined ? undefined : AbortSignal.timeout(timeoutSec * 1000);
    const either = AbortSignal.any([signal, timeout].filter((one) => one !== undefined));
    try {
      for await (const event of this.watch({ signal: either })) onProgress?.(event);
    } catch (thrown) {
      throw timeout?.aborted && !signal?.aborted ? this.#tookTooLong(timeoutSec, thrown) : thrown;
    }
    if (this.state !== 'Succeeded') throw this.#failure();
    return this;
  }

  /** The resource as the API gave it. */
  toJSON(): OperationResource {
    return this.#resource;
  }

  #path(rest = ''): string {
    const { workspace, id } = this.#resource;
    return `/workspaces/${encodeURIComponent(workspace)}/operations/${encodeURIComponent(id)}${rest}`;
  }

  #tookTooLong(seconds: number | undefined, cause: unknown): SlipwayError {
    return new SlipwayError(
      'deadline_exceeded',
      `Waiting exceeded the limit of ${seconds} s. Operation ${this.id} goes on; its state is ${this.state}.`,
      { details: { operationId: this.id, state: this.state }, cause },
    );
  }

  #failure(): SlipwayError {
    const { error, state, message } = this.#resource;
    const details = { ...error?.details, operationId: this.id, state };
    if (error !== null) return errorFromBody({ ...error, details });
    const code =
      state === 'TimedOut' ? 'deadline_exceeded' : state === 'Cancelled' ? 'cancelled' : 'internal';
    return new SlipwayError(code, `Operation ${this.id} ended as ${state}: ${message}`, { details });
  }
}
