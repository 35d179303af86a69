// Builds a network of the catalogue from one file in a process of its own, so that its memory can be told: node build-main.ts REQUEST
import { join } from 'node:path';
import {
  buildNetwork,
  CATALOGUE,
  type CatalogueEntry,
  type CatalogueName,
  importWeights,
  type NetworkWeights,
  openWeights,
  withClassifier,
} from '@slipway/graph/catalogue';
import { GraphError, type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { computationOf } from './computation.ts';
import type { ConversionRequest, Converted } from './convert.ts';
import { perturbed } from './perturb.ts';

const { network, stored, folder }: ConversionRequest = JSON.parse(process.argv[2] ?? '');
try {
  console.log(JSON.stringify(await built(entryOf(network))));
} catch (error) {
  if (!(error instanceof GraphError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** `slim-resnet50` is what TF-slim has of it. */
function entryOf(name: string): CatalogueEntry {
  return CATALOGUE[name.split('-')[1] as CatalogueName];
}

async function built(entry: CatalogueEntry): Promise<Converted> {
  const path = join(folder, 'model.onnx');
  const perturbedPath = join(folder, 'perturbed.onnx');
  const started = performance.now();
  await using file = await openWeights(stored.path);
  const weights = await importWeights(entry.network, file);
  const model = everything(entry, weights);
  await writeModel(model, path);
  const seconds = (performance.now() - started) / 1000;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const keys = keysOf(entry);
  await writeModel(perturbed(model), perturbedPath);
  return {
    path,
    perturbedPath,
    keys: Object.fromEntries(keys),
    nodes: model.graph.nodes.length,
    parameters: [...weights.tensors.values()].reduce((sum, { dims }) => sum + product(dims), 0),
    seconds,
    peakBytes,
    computation: computationOf(model, keys),
  };
}

/** With the features beside the scores. */
function everything({ network: shape }: CatalogueEntry, weights: NetworkWeights): OnnxModel {
  const parts = buildNetwork(shape, weights);
  if (parts.classifier === undefined) return parts.featurizer;
  const whole = withClassifier(parts);
  const outputs = [...parts.featurizer.graph.outputs, ...whole.graph.outputs];
  return { ...whole, graph: { ...whole.graph, outputs } };
}

/** SSD-VGG's outputs are known by their names. */
function keysOf({ outputs, classifier }: CatalogueEntry): ReadonlyMap<string, string> {
  const [first] = outputs;
  if (classifier === undefined || first === undefined)
    return new Map(outputs.map(({ tensor }) => [tensor, tensor]));
  return new Map([
    [first.tensor, 'features'],
    [classifier.tensor, classifier.kind],
  ]);
}

function product(dims: readonly number[]): number {
  return dims.reduce((all, size) => all * size, 1);
}
