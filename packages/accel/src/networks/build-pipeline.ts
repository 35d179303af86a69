import { existsSync } from 'node:fs';
import { SlipwayError } from '@slipway/contract';
import type { DetectorDeclaration } from '@slipway/contract/api';
import { CATALOGUE, type CatalogueEntry, type CatalogueName } from '@slipway/graph/catalogue';
import { type OnnxModel, readModel } from '@slipway/graph/onnx';
import { withGraphErrors } from '../graph-errors.ts';
import { composePipeline } from '../pipeline/compose-pipeline.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { QuantizationReport } from '../quantize/report.ts';
import { recordOf } from './quantize-featurizer.ts';
import {
  defaultClassifier,
  type RestoredNetwork,
  type RestoreOptions,
  restoreNetwork,
} from './restore-network.ts';

export interface BuildPipelineOptions extends RestoreOptions {
  /** From features to scores, a model or its file; `false`: the features are the output. Default: the own classifier. */
  readonly head?: OnnxModel | string | false | undefined;
  /** The names of the classes of the only output. */
  readonly labels?: readonly string[] | undefined;
  /** What a service is to make of the raw outputs of a detector. */
  readonly detections?: DetectorDeclaration | undefined;
}

/** A pipeline of a network of the catalogue. */
export interface BuiltPipeline {
  readonly network: CatalogueName;
  readonly version: string;
  /** Where the weights come from: `keras`, or `random, seed 7`. */
  readonly weights: string;
  readonly pipeline: Pipeline;
  /** What quantization cost, of a quantized one. */
  readonly quantization: QuantizationReport | undefined;
  /** What is to stand beside it, besides what every pipeline has: `quantization.json`. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * The whole of a network, from encoded images to its outputs. Throws what `restoreNetwork` and `composePipeline` throw,
 * and `invalid_argument` for detections of a network that is no detector.
 */
export async function buildPipeline(
  network: CatalogueName | CatalogueEntry,
  { head, labels, detections, ...options }: BuildPipelineOptions = {},
): Promise<BuiltPipeline> {
  const entry = typeof network === 'string' ? CATALOGUE[network] : network;
  if (detections !== undefined && entry.network.family !== 'ssd') throw noDetector(entry);
  const restored = await restoreNetwork(entry, options);
  const pipeline = composePipeline({
    preprocessing: entry.preprocessing,
    featurizer: restored.featurizer,
    head: headOf(restored, head),
    labels,
    detections,
  });
  return {
    network: entry.name,
    version: options.quantized === true ? entry.versions.quantized : entry.versions.float,
    weights: restored.weights.origin,
    pipeline,
    quantization: restored.quantization,
    files: recordOf(restored.quantization),
  };
}

function headOf(restored: RestoredNetwork, head: BuildPipelineOptions['head']): OnnxModel | undefined {
  if (head === false) return undefined;
  if (typeof head === 'string') return withGraphErrors(() => readHead(head));
  if (head !== undefined) return head;
  return restored.entry.classifier === undefined ? undefined : defaultClassifier(restored);
}

function readHead(path: string): OnnxModel {
  if (existsSync(path)) return readModel(path);
  throw new SlipwayError('not_found', `head: there is no file "${path}".`, { details: { field: 'head' } });
}

function noDetector({ name }: CatalogueEntry): SlipwayError {
  return new SlipwayError('invalid_argument', `detections: ${name} is no detector; ssdvgg is one.`, {
    details: { field: 'detections' },
  });
}
