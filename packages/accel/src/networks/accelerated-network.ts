import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import {
  buildNetwork,
  type CatalogueEntry,
  type NamedTensor,
  withClassifier,
} from '@slipway/graph/catalogue';
import { writeModel } from '@slipway/graph/onnx';
import { withGraphErrors, withGraphErrorsLater } from '../graph-errors.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import { networkFolder } from '../weights/pulled-weights.ts';
import { homeFolder } from './home-folder.ts';
import {
  noClassifier,
  type RestoredNetwork,
  type RestoreOptions,
  restoreNetwork,
} from './restore-network.ts';
import {
  describeTensor,
  type NetworkInGraph,
  rootOf,
  type SymbolicTensor,
  symbolicTensor,
} from './symbolic-tensor.ts';

export interface NetworkOptions extends Pick<RestoreOptions, 'randomWeights' | 'calibration'> {
  /** Accepted as the original has it. Weights of a featurizer are constants here, and nothing trains them either way. */
  readonly isFrozen?: boolean | undefined;
  /** A file of weights of your own, or a folder that holds one, in any layout that is known. */
  readonly customWeightsDirectory?: string | undefined;
}

/** What a featurizer gives: features, or the outputs of a detector. */
type Features = SymbolicTensor | readonly SymbolicTensor[];

/** Scopes of classifiers by the placeholder of their graph: a second one of a name gets a number. */
const scopes = new WeakMap<SymbolicTensor, Set<string>>();

/**
 * A network of the catalogue as Azure's library has it: symbolic tensors first, weights when they are restored. The classes
 * of single networks, such as `QuantizedResnet50`, are made of it.
 */
export class AcceleratedNetwork<Outputs extends Features = SymbolicTensor> implements NetworkInGraph {
  readonly isFrozen: boolean;
  readonly #entry: CatalogueEntry;
  readonly #quantized: boolean;
  readonly #options: RestoreOptions;
  #restored: RestoredNetwork | undefined;

  /** `modelBasePath` is the home folder that weights were pulled into; `$SLIPWAY_HOME`, else `~/.slipway`. */
  constructor(
    entry: CatalogueEntry,
    quantized: boolean,
    modelBasePath?: string,
    { isFrozen = false, customWeightsDirectory, ...options }: NetworkOptions = {},
  ) {
    this.isFrozen = isFrozen;
    this.#entry = entry;
    this.#quantized = quantized;
    const home = homeFolder(modelBasePath);
    this.#options = Object.freeze({ ...options, home, weights: customWeightsDirectory, quantized });
  }

  /** Of the network, as the original's classes tell it: `1.1.2`. */
  get version(): string {
    const { versions } = this.#entry;
    return this.#quantized ? versions.quantized : versions.float;
  }

  get modelVersion(): string {
    return this.version;
  }

  /** The name in the catalogue: `resnet50`. */
  get modelRef(): string {
    return this.#entry.name;
  }

  /** The folder of the weights that are pulled for this version. */
  get modelPath(): string {
    return join(networkFolder(this.#options.home as string, this.#entry.name), this.version);
  }

  /** Names of the tensors that the featurizer takes. */
  get inputTensorList(): readonly string[] {
    return [this.#entry.preprocessing.input];
  }

  /** Names of the tensors that it gives. */
  get outputTensorList(): readonly string[] {
    return this.#entry.outputs.map(({ tensor }) => tensor);
  }

  /** Sizes of an input by axis, `null` for the batch. Throws `invalid_argument` for a number that it does not have. */
  getInputDims(index = 0): readonly (number | null)[] {
    return this.#dims([{ tensor: this.#entry.preprocessing.input, dims: this.#entry.inputDims }], index);
  }

  /** As `getInputDims`, of an output. */
  getOutputDims(index = 0): readonly (number | null)[] {
    return this.#dims(this.#entry.outputs, index);
  }

  /**
   * Puts the featurizer behind pixels, or behind a placeholder for them: its features, or the twelve outputs of a detector.
   * Throws `invalid_argument` for pixels of another size.
   */
  importGraph(pixels: SymbolicTensor = this.#pixels()): Outputs {
    const taken = this.getInputDims();
    if (pixels.datatype !== 'float32' || String(pixels.shape) !== String(taken)) {
      throw invalid(
        'inputTensor',
        `${this.modelRef} takes float32 [${taken.map((size) => size ?? '?').join(', ')}], and not ${describeTensor(pixels)}`,
      );
    }
    const outputs = this.#entry.outputs.map(({ tensor, dims }) =>
      symbolicTensor({
        ...{ name: tensor, datatype: 'float32', shape: dims },
        made: { by: 'featurizer', from: pixels, network: this },
      }),
    );
    // Classes say of their network what it gives.
    return (outputs.length === 1 ? outputs[0] : outputs) as Outputs;
  }

  /**
   * Puts the network's own classifier behind its features. Where the graph has a scope of that name, it gets a number:
   * `classifier_1`. Throws `not_found` for networks without one, `invalid_argument` for other tensors.
   */
  getDefaultClassifier(features: Features, prefix = 'classifier'): SymbolicTensor {
    const { classifier } = this.#entry;
    if (classifier === undefined) throw noClassifier();
    const [from, another] = [features].flat();
    if (from?.made.by !== 'featurizer' || from.made.network !== this || another !== undefined) {
      throw invalid(
        'inputTensor',
        'the classifier takes the features that importGraph() of this network gave',
      );
    }
    const scope = freeScope(from, prefix);
    const [, ...path] = classifier.tensor.split('/');
    return symbolicTensor({
      ...{ name: [scope, ...path].join('/'), datatype: 'float32', shape: classifier.dims },
      made: { by: 'classifier', from, network: this, scope },
    });
  }

  /**
   * Brings the weights, and quantizes the featurizer of a quantized network. Throws `not_found` where there are none,
   * `invalid_argument` for weights of another network and for a quantized one without calibration.
   */
  async restoreWeights(options: Pick<RestoreOptions, 'signal' | 'onProgress'> = {}): Promise<void> {
    this.#restored = await restoreNetwork(this.#entry, { ...this.#options, ...options });
  }

  /** The network with its weights. Throws `conflict` before they are restored. */
  get restored(): RestoredNetwork {
    if (this.#restored !== undefined) return this.#restored;
    const { classes } = this.#entry;
    const name = this.#quantized ? classes.quantized : classes.float;
    throw new SlipwayError(
      'conflict',
      `The weights of this ${name} are not restored: call restoreWeights() first.`,
    );
  }

  /** What quantization cost, of a quantized network. Throws as `restored` does. */
  get quantization(): QuantizationReport | undefined {
    return this.restored.quantization;
  }

  /** Writes the float weights as an `.onnx` file, which `customWeightsDirectory` and `accel pull --from` take again. */
  async saveWeights(
    path: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<void> {
    if (!path.endsWith('.onnx')) throw invalid('path', `"${path}" must end in .onnx, as weights are written`);
    const { entry, weights } = this.restored;
    const built = withGraphErrors(() => buildNetwork(entry.network, weights));
    const model = built.classifier === undefined ? built.featurizer : withClassifier(built);
    await withGraphErrorsLater(() => writeModel(model, path, { signal }));
  }

  #pixels(): SymbolicTensor {
    const made = { by: 'placeholder' } as const;
    const [name = ''] = this.inputTensorList;
    return symbolicTensor({ name, datatype: 'float32', shape: this.getInputDims(), made });
  }

  #dims(tensors: readonly Pick<NamedTensor, 'dims' | 'tensor'>[], index: number): readonly (number | null)[] {
    const found = tensors[index];
    if (found !== undefined) return found.dims;
    throw invalid('index', `${this.modelRef} has ${tensors.length}, counted from 0, and no ${index}`);
  }
}

function freeScope(tensor: SymbolicTensor, wanted: string): string {
  const root = rootOf(tensor);
  const taken = scopes.get(root) ?? new Set();
  let scope = wanted;
  for (let number = 1; taken.has(scope); number += 1) scope = `${wanted}_${number}`;
  scopes.set(root, taken.add(scope));
  return scope;
}

function invalid(field: string, why: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${field}: ${why}.`, { details: { field } });
}
