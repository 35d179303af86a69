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
import { TORCHVISION } from './layouts/torchvision.ts';
import type { Network } from './network.ts';
import type { WeightSpec } from './sketch.ts';
import type { LayoutName, NetworkWeights, Weight } from './weights.ts';

const LAYOUTS: readonly Layout[] = [SLIM, KERAS, TORCHVISION];

export interface ImportWeightsOptions {
  /** Whose names the weights have; by default, it is seen from them. */
  readonly layout?: LayoutName | undefined;
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
  { layout: asked, signal }: ImportWeightsOptions = {},
): Promise<NetworkWeights> {
  const layout = layoutOf(network, stored, asked);
  const variant = layout.variants[network.family];
  if (variant === undefined) throw noLayout(network, stored);
  const specs = neededWeights(network, variant);
  const found = requireFitting(network, stored, specs, layout);
  const reversed = layout.blueFirst(network.family) ? specs.find(({ role }) => role === 'kernel') : undefined;
  const tensors = new Map<string, Weight>();
  for (const [spec, tensor] of found) {
    const bytes = await tensor.load(signal);
    const asIs = spec.role !== 'kernel' || layout.kernels === 'outputs first';
    const arranged = asIs ? bytes : outputsFirst(loadBytes(bytes), spec.dims, spec === reversed);
    tensors.set(spec.name, { dims: spec.dims, bytes: arranged });
  }
  const origin = stored.built?.origin ?? layout.name;
  return { layout: layout.name, variant, pixels: layout.pixels(network), origin, tensors };
}

/** The layout that has the name of the first kernel. */
function layoutOf(network: Network, stored: StoredWeights, asked: LayoutName | undefined): Layout {
  const name = stored.built?.layout ?? asked;
  const chosen = LAYOUTS.filter((layout) => name === undefined || layout.name === name);
  for (const layout of stored.built === undefined ? chosen : chosen.map(builtOf)) {
    const variant = layout.variants[network.family];
    const first = variant && neededWeights(network, variant).find(({ role }) => role === 'kernel');
    const known = stored.built !== undefined || asked !== undefined;
    if (first !== undefined && (known || stored.tensors.has(layout.nameOf(first, network)))) return layout;
  }
  throw noLayout(network, stored);
}

function noLayout(network: Network, { file, tensors }: StoredWeights): GraphError {
  const names = LAYOUTS.filter((layout) => layout.variants[network.family] !== undefined).map(
    ({ name }) => name,
  );
  const said = `${file} has no weights of ${network.scope} under the names of ${names.join(', ')}. Its own are ${listed([...tensors.keys()])}.`;
  return new GraphError('invalid_argument', said);
}

function requireFitting(
  network: Network,
  { file, tensors }: StoredWeights,
  specs: readonly WeightSpec[],
  layout: Layout,
): ReadonlyMap<WeightSpec, StoredTensor> {
  const problems: WeightProblem[] = [];
  const found = new Map<WeightSpec, StoredTensor>();
  const names = new Set<string>();
  for (const spec of specs) {
    const name = layout.nameOf(spec, network);
    names.add(name);
    const tensor = tensors.get(name);
    if (tensor === undefined) problems.push({ kind: 'missing', weight: name });
    else if (String(tensor.shape) !== String(storedDims(spec, layout)))
      problems.push(misshapen(name, tensor.shape, storedDims(spec, layout)));
    else if (tensor.dtype !== 'float32')
      problems.push({ kind: 'otherType', weight: `${name} is ${tensor.dtype}` });
    else found.set(spec, tensor);
  }
  for (const name of tensors.keys())
    if (!names.has(name) && !layout.beside.test(name)) problems.push({ kind: 'extra', weight: name });
  if (problems.length > 0)
    throw new GraphError('invalid_argument', `${file}: ${describedProblems(network, problems)}`);
  return found;
}
