import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DIGIT_PIXELS, digitPixels, loadDigits } from '@slipway/example-mnist/digits';
import { Tensor } from 'onnxruntime-node';
import type { Sample, Workload } from './workload.ts';

/** So many different digits are sent in turn. */
const SAMPLES = 64;

const MODEL_FILE = fileURLToPath(import.meta.resolve('@slipway/example-mnist/digits.onnx'));

/** The digit classifier, a run of some ten microseconds, in the lane that warm-up chooses for it. */
export async function digitsInline(): Promise<Workload> {
  return {
    name: 'digits, inline lane',
    model: await readFile(MODEL_FILE),
    lane: 'inline',
    samples: await digitSamples(),
    output: 'probabilities',
    warmUpRequests: 30_000,
    requests: { 1: 3_000, 16: 5_000, 64: 5_000 },
    maxAddedMicroseconds: 150,
  };
}

/** The same on a worker thread: shows what the worker lane costs, with a small body. */
export async function digitsWorker(): Promise<Workload> {
  const inline = await digitsInline();
  return { ...inline, name: 'digits, worker lane', lane: 'worker', maxAddedMicroseconds: 300 };
}

async function digitSamples(): Promise<Sample[]> {
  const digits = await loadDigits('test');
  return Array.from({ length: SAMPLES }, (_, index) => {
    const pixels = digitPixels(digits, index);
    return {
      feeds: { image: new Tensor('float32', pixels, [1, DIGIT_PIXELS]) },
      json: JSON.stringify({ data: [Array.from(pixels)] }),
    };
  });
}
