import { GraphError } from '../graph-error.ts';
import { loadBytes } from '../onnx/bytes.ts';
import { listed } from '../tensorflow/refusals.ts';
import { neededWeights } from './build-network.ts';
import { describedProblems, misshapen, type WeightProblem } from './check-weights.ts';
import type { StoredTensor, StoredWeights } from './files/stored-weights.ts';
import { outputsFirst } from './layouts/arrange.ts';
import { builtOf } from './layouts/built.ts';
import { KERAS } from './layouts/keras.ts';
import { type Layout, storedDims } from './layouts/layout.ts';
import { SLIM } from './layouts/slim.ts';
import { TIMM } from './layouts/timm.ts';
import { TORCHVISION } from './layouts/torchvision.ts';
import type { Network, Variant } from './network.ts';
import type { WeightSpec } from './sketch.ts';
import type { LayoutName, NetworkWeights, Weight } from './weights.ts';

const LAYOUTS: readonly Layout[] = [SLIM, KERAS, TORCHVISION, TIMM];

const WITHOUT_CLASSIFIER =
  'They are whole but for the classifier: read them with classifier: false for features alone, or take weights with one.';

export interface ImportWeightsOptions {
  /** Whose names the weights have; by default, it is seen from them. */
  readonly layout?: LayoutName | undefined;
  /**
   * `false` reads the featurizer alone, as classifiers of one's own need it: the file may have no classifier, and one that
   * it has is passed over. `if there` takes a classifier that the file has any of. `true` by default.
   */
  readonly classifier?: boolean | 'if there' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The weights of a network from a file of any framework. Kernels that lie there by outputs stay in the file; others are
 * rearranged in memory. Throws `GraphError`: `invalid_argument` where the names are of no layout, and with all weights
 * at once that are missing, of no place in the network, of another shape or no float32; and what the file's reader says.
 */
export async function importWeights(
  network: Network,
  stored: StoredWeights,
  { layout: asked, classifier = true, signal }: ImportWeightsOptions = {},
): Promise<NetworkWeights> {
  const choice = layoutOf(network, stored, asked);
  const { layout, variant } = choice;
  const wanted = classifier === 'if there' ? hasClassifier(network, choice) : classifier;
  const part = wanted ? 'network' : 'featurizer';
  const specs = neededWeights(network, variant, part);
  const found = requireFitting(network, stored.file, choice, specs);
  const reversed = layout.blueFirst(network.family) ? specs.find(({ role }) => role === 'kernel') : undefined;
  const tensors = new Map<string, Weight>();
  for (const [spec, tensor] of found) {
    const bytes = await tensor.load(signal);
    const asIs = spec.role !== 'kernel' || layout.kernels === 'outputs first';
    const arranged = asIs ? bytes : outputsFirst(loadBytes(bytes), spec.dims, spec === reversed);
    tensors.set(spec.name, { dims: spec.dims, bytes: arranged });
  }
  const origin = stored.built?.origin ?? layout.name;
  return { part, layout: layout.name, variant, pixels: layout.pixels(network), origin, tensors };
}

/** Whether any weight of the classifier is there, be it right or wrong. */
function hasClassifier(network: Network, { layout, variant, tensors }: Choice): boolean {
  const features = new Set(neededWeights(network, variant, 'featurizer').map(({ name }) => name));
  return neededWeights(network, variant).some(
    (spec) => !features.has(spec.name) && tensors.has(layout.nameOf(spec, network)),
  );
}

interface Choice {
  readonly layout: Layout;
  readonly variant: Variant;
  /** What the file has, under the layout's names of today. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** The layout that was asked for, or that has the names of the most weights; the first of those that have as many. */
function layoutOf(network: Network, stored: StoredWeights, asked: LayoutName | undefined): Choice {
  const said = stored.built?.layout ?? asked;
  const choices = LAYOUTS.filter(({ name }) => said === undefined || name === said).flatMap((layout) => {
    const variant = layout.variants[network.family];
    if (variant === undefined) return [];
    const own = stored.built === undefined ? layout : builtOf(layout);
    const tensors = namedToday(stored, own);
    const specs = neededWeights(network, variant);
    const named = specs.filter((spec) => tensors.has(own.nameOf(spec, network))).length;
    return [{ layout: own, variant, tensors, named }];
  });
  const [best] = choices.toSorted((a, b) => b.named - a.named);
  if (best === undefined || (said === undefined && best.named === 0)) throw noLayout(network, stored);
  return best;
}

function namedToday({ tensors }: StoredWeights, { nameToday }: Layout): StoredWeights['tensors'] {
  if (nameToday === undefined) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [nameToday(name), tensor]));
}

function noLayout(network: Network, { file, tensors }: StoredWeights): GraphError {
  const names = LAYOUTS.filter((layout) => layout.variants[network.family] !== undefined).map(
    ({ name }) => name,
  );
  const said = `${file} has no weights of ${network.scope} under the names of ${names.join(', ')}. Its own are ${listed([...tensors.keys()])}.`;
  return new GraphError('invalid_argument', said);
}

/** The file may have all weights of the network, and must have those that are wanted. */
function requireFitting(
  network: Network,
  file: string,
  { layout, variant, tensors }: Choice,
  wanted: readonly WeightSpec[],
): ReadonlyMap<WeightSpec, StoredTensor> {
  const problems: WeightProblem[] = [];
  const found = new Map<WeightSpec, StoredTensor>();
  for (const spec of wanted) {
    const name = layout.nameOf(spec, network);
    const tensor = tensors.get(name);
    if (tensor === undefined) problems.push({ kind: 'missing', weight: name });
    else if (String(tensor.shape) !== String(storedDims(spec, layout)))
      problems.push(misshapen(name, tensor.shape, storedDims(spec, layout)));
    else if (tensor.dtype !== 'float32')
      problems.push({ kind: 'otherType', weight: `${name} is ${tensor.dtype}` });
    else found.set(spec, tensor);
  }
  const names = new Set(neededWeights(network, variant).map((spec) => layout.nameOf(spec, network)));
  for (const name of tensors.keys())
    if (!names.has(name) && !layout.beside.test(name)) problems.push({ kind: 'extra', weight: name });
  if (problems.length === 0) return found;
  const there = new Set([...found.keys()].map(({ name }) => name));
  const hasFeatures = neededWeights(network, variant, 'featurizer').every(({ name }) => there.has(name));
  const onlyMissing = problems.every(({ kind }) => kind === 'missing');
  const advice = hasFeatures && onlyMissing ? WITHOUT_CLASSIFIER : undefined;
  throw new GraphError('invalid_argument', `${file}: ${describedProblems(network, problems, advice)}`);
}
