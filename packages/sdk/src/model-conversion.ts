import type {
  ModelConvert,
  Model as ModelResource,
  Operation as OperationResource,
} from '@slipway/contract/api';
import type { CallOptions } from './call-options.ts';
import { Operation, type WaitOptions } from './operation.ts';
import type { Workspace } from './workspace.ts';

/** What a conversion may be told; all of it may be left out where the model leaves one choice. */
export interface ConvertOptions extends CallOptions {
  /** Tensors to feed: `scope/op:0`, `scope/op`, or keys of the signature. */
  readonly inputs?: readonly string[] | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly signature?: string | undefined;
  /** Tags of the graph, where a SavedModel has several. */
  readonly graphTags?: readonly string[] | undefined;
  /** The file or folder among those of the model, where it holds several models. */
  readonly path?: string | undefined;
  /** Name of the converted model; `<source>.<version>.accelonnx` when left out. */
  readonly name?: string | undefined;
  /** `python` is tf2onnx in an environment of its own; `native`, Slipway's own import, when left out. */
  readonly engine?: ModelConvert['engine'] | undefined;
  /** Absolute path, on the machine of the server, of a Python with TensorFlow that the result is compared with. */
  readonly python?: string | undefined;
  /** Instead of `python`: a registered environment that has TensorFlow. */
  readonly environment?: string | undefined;
  /** Shapes of inputs that the result is tried with. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Gigabytes of 10^9 bytes that it may take. */
  readonly memoryGb?: number | undefined;
  /** It is ended after so long. */
  readonly timeoutSeconds?: number | undefined;
}

/** The conversion of a model, under way or ended. */
export class ModelConversion<M> {
  readonly operation: Operation;
  readonly #workspace: Workspace;
  readonly #modelOf: (resource: ModelResource) => M;

  /** For this package; use `model.convert`. */
  constructor(workspace: Workspace, operation: Operation, modelOf: (resource: ModelResource) => M) {
    this.operation = operation;
    this.#workspace = workspace;
    this.#modelOf = modelOf;
  }

  /** Waits until it has succeeded, and gives the converted model. Throws the conversion's own error if it ended otherwise. */
  async wait(options: WaitOptions = {}): Promise<M> {
    await this.operation.wait(options);
    return await this.model(options);
  }

  /** The converted model of a conversion that has succeeded. */
  async model({ signal }: CallOptions = {}): Promise<M> {
    const path = this.#workspace.path(`/${modelPath(this.operation.result ?? '')}`);
    return this.#modelOf(await this.#workspace.client.json<ModelResource>({ path, signal }));
  }
}

/** Begins a conversion. */
export async function beginConversion(
  workspace: Workspace,
  reference: string,
  { signal, ...options }: ConvertOptions,
): Promise<Operation> {
  const { client } = workspace;
  const body = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const path = workspace.path(`/models/${encodeURIComponent(reference)}/convert`);
  const resource = await client.json<OperationResource>({ method: 'POST', path, body, once: true, signal });
  return new Operation(client, resource);
}

/** `models/digits:1` with its name encoded. */
function modelPath(result: string): string {
  return `models/${encodeURIComponent(result.slice('models/'.length))}`;
}
