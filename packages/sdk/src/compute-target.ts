import type {
  Capacity,
  ComputeTarget as ComputeTargetResource,
  ComputeUpdate,
  Device,
  DeviceCounts,
} from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import type { Workspace } from './workspace.ts';

/** A place where services run. */
export class ComputeTarget {
  readonly workspace: Workspace;
  #resource: ComputeTargetResource;

  /** For this package; use `ComputeTarget.get` or `ComputeTarget.list`. */
  constructor(workspace: Workspace, resource: ComputeTargetResource) {
    this.workspace = workspace;
    this.#resource = resource;
  }

  /** Throws `not_found`. */
  static async get(options: {
    workspace: Workspace;
    name: string;
    signal?: AbortSignal | undefined;
  }): Promise<ComputeTarget> {
    const { workspace, name, signal } = options;
    const path = workspace.path(`/computes/${encodeURIComponent(name)}`);
    return new ComputeTarget(workspace, await workspace.client.json({ path, signal }));
  }

  static async list(options: {
    workspace: Workspace;
    signal?: AbortSignal | undefined;
  }): Promise<ComputeTarget[]> {
    const { workspace, signal } = options;
    const found = await workspace.client.list<ComputeTargetResource>({
      path: workspace.path('/computes'),
      signal,
    });
    return found.map((one) => new ComputeTarget(workspace, one));
  }

  get name(): string {
    return this.#resource.name;
  }
  get type(): ComputeTargetResource['type'] {
    return this.#resource.type;
  }
  get provisioningState(): ComputeTargetResource['provisioningState'] {
    return this.#resource.provisioningState;
  }
  /** What it has. */
  get capacity(): Capacity {
    return this.#resource.capacity;
  }
  /** What of it replicas have asked for. */
  get allocated(): Capacity {
    return this.#resource.allocated;
  }
  /** Its devices one by one, and which replica has which. */
  get devices(): readonly Device[] {
    return this.#resource.devices;
  }
  /** How many devices of a class it was declared to have, whatever was found. */
  get declaredDevices(): DeviceCounts {
    return this.#resource.declaredDevices;
  }
  /** Why devices of the machine could not be found; `null`: nothing was in the way. */
  get deviceProblem(): string | null {
    return this.#resource.deviceProblem;
  }
  /** Where its services are called, without a slash at the end. */
  get servicesUrl(): string {
    return this.#resource.servicesUrl;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }

  /**
   * Declares how many devices of a class there are, such as `{fpga: 1}`, or `{gpu: 0}` to keep GPUs from services; `null`: those
   * that are found. What is not named stays. Throws `conflict` if a replica has a device that would be there no more.
   */
  async update({ signal, ...body }: ComputeUpdate & CallOptions): Promise<this> {
    const path = this.workspace.path(`/computes/${encodeURIComponent(this.name)}`);
    this.#resource = await this.workspace.client.json({ method: 'PATCH', path, body, signal });
    return this;
  }

  /** The resource as the API gave it. */
  toJSON(): ComputeTargetResource {
    return this.#resource;
  }
}
