// Measures what an encoded image costs before a model runs, by both ways of resizing: npm run bench:images
import type { ImageInput, ImageResize } from '@slipway/contract';
import { createImagePreprocessor, FILE_IMAGE_LIMITS } from '@slipway/runtime/images';
import { median } from '@slipway/testkit';
import { photo } from './workloads/photo.ts';

const RUNS = 60;
const WARM_UP_RUNS = 10;

const SIZES = [
  { width: 1920, height: 1080 },
  { width: 500, height: 375 },
] as const;

const WAYS: readonly ImageResize[] = ['tf1_bilinear', 'bilinear'];

const preprocess = createImagePreprocessor(FILE_IMAGE_LIMITS);

/** The preprocessing of the accelerated networks, apart from the way of resizing. */
const declaration: Omit<ImageInput, 'resize'> = {
  input: 'pixels',
  name: 'images',
  width: 224,
  height: 224,
  fit: 'crop',
  shorterSide: 256,
  sides: 'exact',
  padLevels: [0, 0, 0],
  channelOrder: 'rgb',
  mean: [123.68, 116.779, 103.939],
  std: [1, 1, 1],
  scale: [1, 1, 1],
  layout: 'NHWC',
  datatype: 'FP32',
};

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  /** Of this, what the thread of the sockets spends. */
  readonly socketCpuMs: number;
}

for (const size of SIZES) {
  const jpeg = await photo(size.width, size.height);
  const costs = new Map<ImageResize, Cost[]>(WAYS.map((resize) => [resize, []]));
  // One after the other in turns, so that whatever else the machine does hits both alike.
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run += 1) {
    for (const [resize, seen] of costs) {
      const cost = await measure({ ...declaration, resize }, jpeg);
      if (run >= WARM_UP_RUNS) seen.push(cost);
    }
  }
  console.log(`JPEG ${size.width} x ${size.height} (${Math.round(jpeg.length / 1000)} KB) to 224 x 224:`);
  for (const [resize, seen] of costs) console.log(`  ${resize.padEnd(12)} ${describe(seen)}`);
}

async function measure(image: ImageInput, jpeg: Buffer): Promise<Cost> {
  const socketBefore = process.threadCpuUsage();
  const before = process.cpuUsage();
  const startedAt = performance.now();
  await preprocess(image, [jpeg]);
  const ms = performance.now() - startedAt;
  const all = process.cpuUsage(before);
  const socket = process.threadCpuUsage(socketBefore);
  return {
    ms,
    cpuMs: (all.user + all.system) / 1000,
    socketCpuMs: (socket.user + socket.system) / 1000,
  };
}

function describe(costs: readonly Cost[]): string {
  const of = (part: keyof Cost) => median(costs.map((cost) => cost[part])).toFixed(2);
  return `${of('ms')} ms; CPU time ${of('cpuMs')} ms, of which the thread of the sockets ${of('socketCpuMs')} ms (medians of ${costs.length})`;
}
