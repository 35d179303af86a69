import { CONV_NET_IMAGE, convNet, seededRandom } from '@slipway/testkit';
import { Tensor } from 'onnxruntime-node';
import type { Sample, Workload } from './workload.ts';

const SEED = 1;
const SAMPLES = 8;

/** A convolutional network of several milliseconds a run, with images of 64 by 64 in the range 0 to 255. */
export function convNetWorker(): Workload {
  const random = seededRandom(SEED);
  return {
    name: 'convolutional network, worker lane',
    model: convNet(SEED),
    lane: 'worker',
    samples: Array.from({ length: SAMPLES }, () => imageSample(random)),
    output: 'probabilities',
    warmUpRequests: 400,
    requests: { 1: 120, 16: 160, 64: 192 },
    maxAddedMicroseconds: Number.POSITIVE_INFINITY,
  };
}

function imageSample(random: () => number): Sample {
  const [channels, height, width] = CONV_NET_IMAGE;
  const values = Float32Array.from({ length: channels * height * width }, () => Math.floor(random() * 256));
  return {
    feeds: { image: new Tensor('float32', values, [1, ...CONV_NET_IMAGE]) },
    json: JSON.stringify({ data: [nested(values, channels, height, width)] }),
  };
}

function nested(values: Float32Array, channels: number, height: number, width: number): number[][][] {
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (__, row) => {
      const start = (channel * height + row) * width;
      return Array.from(values.subarray(start, start + width));
    }),
  );
}
