// Converts one file in a process of its own, so that its memory can be told: node convert-main.ts REQUEST
import { join } from 'node:path';
import { GraphError, type OnnxModel, writeModel } from '@slipway/graph/onnx';
import { importTensorFlow, loadTensorFlow } from '@slipway/graph/tensorflow';
import { computationOf } from './computation.ts';
import type { ConversionRequest, Converted } from './convert.ts';
import { perturbed } from './perturb.ts';

const { stored, folder }: ConversionRequest = JSON.parse(process.argv[2] ?? '');
try {
  console.log(JSON.stringify(await converted()));
} catch (error) {
  if (!(error instanceof GraphError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function converted(): Promise<Converted> {
  const path = join(folder, 'model.onnx');
  const perturbedPath = join(folder, 'perturbed.onnx');
  const started = performance.now();
  await using loaded = await loadTensorFlow(stored.path);
  const { model, report } = await importTensorFlow(loaded, stored.request);
  await writeModel(model, path);
  const seconds = (performance.now() - started) / 1000;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const keys = keysOf(model);
  await writeModel(perturbed(model), perturbedPath);
  return {
    path,
    perturbedPath,
    keys: Object.fromEntries(keys),
    nodes: report.nodes,
    parameters: report.parameters,
    seconds,
    peakBytes,
    computation: computationOf(model, keys),
  };
}

/** What each output is, by its name. */
function keysOf({ metadata }: OnnxModel): ReadonlyMap<string, string> {
  const names = metadata.find(({ key }) => key === 'tensorflow.outputs')?.value ?? '{}';
  return new Map(
    Object.entries<string>(JSON.parse(names)).map(([asked, name]) => [name, stored.outputs[asked] ?? asked]),
  );
}
