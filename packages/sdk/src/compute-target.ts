import type { Capacity, ComputeTarget as ComputeTargetResource } from '@slipway/contract/api';
import type { Workspace } from './workspace.ts';

/** A place where services run. */
export class ComputeTarget {
  readonly #resource: ComputeTargetResource;

  /** For this package; use `ComputeTarget.get` or `ComputeTarget.list`. */
  constructor(resource: ComputeTargetResource) {
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
    return new ComputeTarget(await workspace.client.json({ path, signal }));
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
    return found.map((one) => new ComputeTarget(one));
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
  /** Where its services are called, without a slash at the end. */
  get servicesUrl(): string {
    return this.#resource.servicesUrl;
  }
  get createdTime(): Date {
    return new Date(this.#resource.createdAt);
  }

  /** The resource as the API gave it. */
  toJSON(): ComputeTargetResource {
    return this.#resource;
  }
}
