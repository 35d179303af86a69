// Converts models one after the other, as a process of its own whose memory can be told apart:
// node convert-files.test.helper.js < cases. A line of JSON for each case, and one for the whole.
import { json } from 'node:stream/consumers';
import { GraphError } from '../graph-error.ts';
import { writeModel } from '../onnx/write-model.ts';
import { loadTensorFlow } from '../tensorflow/load-tensorflow.ts';
import type { ConversionCase, ConversionOutcome } from './convert-apart.test.helper.ts';
import { importTensorFlow } from './import-tensorflow.ts';

for (const one of (await json(process.stdin)) as readonly ConversionCase[]) {
  const began = performance.now();
  const result = await convert(one);
  const seconds = (performance.now() - began) / 1000;
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ name: one.name, seconds, peakBytes, ...result } satisfies ConversionOutcome));
}

async function convert({ path, request, into }: ConversionCase) {
  try {
    await using source = await loadTensorFlow(path);
    const { model } = await importTensorFlow(source, request);
    if (into !== undefined) await writeModel(model, into);
    return { nodes: model.graph.nodes.length };
  } catch (error) {
    const known = error instanceof GraphError ? error.code : undefined;
    return { code: known, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
