import { create } from '@bufbuild/protobuf';
import { type NodeDef, NodeDefSchema } from '../../generated/tensorflow/tensorflow_pb.ts';
import type { MetaGraph } from '../../tensorflow/model.ts';
import type { ChosenTensor, ChosenTensors } from '../choose-tensors.ts';
import type { ImagePreprocessing } from '../imported-model.ts';
import { placeholderOf } from '../map-nodes.ts';
import { type FoundImages, findImages } from './find-images.ts';
import { functionsOf } from './function-bodies.ts';

/** A graph whose encoded images are decoded and prepared before it. */
export interface SplitGraph {
  readonly nodes: readonly NodeDef[];
  /** With tensors of floats in the place of strings. */
  readonly chosen: ChosenTensors;
  readonly images: readonly ImagePreprocessing[];
}

/** What follows is float32. */
const FLOAT = 1;

/**
 * Cuts off what decodes and prepares images: of each input of strings that a decoder takes, the tensor of floats that
 * the network takes becomes the input, a placeholder under its own name, and what became of an image before is said as
 * a declaration. Graphs without a decoder stay as they are. Throws `GraphError` (`unsupported`) with all nodes that no
 * declaration says.
 */
export function splitImages(
  metaGraph: MetaGraph,
  nodes: readonly NodeDef[],
  chosen: ChosenTensors,
): SplitGraph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const functions = functionsOf(metaGraph);
  const found = new Map<ChosenTensor, FoundImages>();
  for (const tensor of chosen.inputs) {
    const shape = stringsOf(tensor, byName, metaGraph.graph.producer);
    if (shape === undefined) continue;
    const fed = new Set(chosen.inputs.filter((other) => other !== tensor).map(({ node }) => node));
    const outputs = chosen.outputs.map(({ node }) => node);
    const images = findImages({ nodes: byName, functions, placeholder: tensor.node, shape, fed, outputs });
    if (images !== undefined) found.set(tensor, images);
  }
  const entries = new Map([...found.values()].map((one) => [one.node, placeholderFor(one)]));
  const inputs = chosen.inputs.map((tensor) => {
    const node = found.get(tensor)?.node;
    return node === undefined ? tensor : { ...tensor, node, index: 0 };
  });
  return {
    nodes: nodes.map((node) => entries.get(node.name) ?? node),
    chosen: { ...chosen, inputs },
    images: [...found].map(([tensor, { node, declared }]) => ({
      input: `${node}:0`,
      name: `${tensor.node}:${tensor.index}`,
      ...declared,
    })),
  };
}

/** The shape of a placeholder of strings. */
function stringsOf({ node, index }: ChosenTensor, nodes: ReadonlyMap<string, NodeDef>, producer: number) {
  const placeholder = nodes.get(node);
  const said = placeholder === undefined || index !== 0 ? undefined : placeholderOf(placeholder, producer);
  return said?.dtype === 'string' ? said.shape : undefined;
}

function placeholderFor({ node, batch, declared }: FoundImages): NodeDef {
  const { layout, height, width } = declared;
  const sizes = layout === 'NHWC' ? [height, width, 3] : [3, height, width];
  const dim = [batch ?? -1, ...sizes].map((size) => ({ size: BigInt(size) }));
  return create(NodeDefSchema, {
    name: node,
    op: 'Placeholder',
    attr: {
      dtype: { value: { case: 'type', value: FLOAT } },
      shape: { value: { case: 'shape', value: { dim } } },
    },
  });
}
