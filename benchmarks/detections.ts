// Measures what it costs to make boxes, classes and scores of a detector's raw outputs: npm run bench:detections
import { elementCount, seededRandom, type Tensor } from '@slipway/contract';
import { blockShape, detectObjects, SSD_VGG_300 } from '@slipway/contract/detection';
import { median } from '@slipway/testkit';

const ROUNDS = 20;
const WARM_UP_ROUNDS = 2;

/** In a round: some systems count CPU time in steps of 4 ms. */
const RUNS = 25;

const OFFSETS = 4;

interface Scene {
  readonly name: string;
  /** Logit of the background at every anchor; what else there is lies around 0. */
  readonly background: number;
  /** Numbers run from minus this to this around those. */
  readonly spread: number;
}

const SCENES: readonly Scene[] = [
  { name: 'background, and the network is sure', background: 10, spread: 1 },
  { name: 'no class stands out anywhere', background: 0, spread: 1 },
  { name: 'something at many anchors', background: 0, spread: 5 },
];

const scenes = SCENES.map((scene) => ({ ...scene, outputs: outputsOf(scene), cpuMs: [] as number[] }));
// In turns, so that whatever else the machine does hits all alike.
for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1)
  for (const { outputs, cpuMs } of scenes) {
    const spent = measure(outputs);
    if (round >= WARM_UP_ROUNDS) cpuMs.push(spent);
  }

console.log('SSD-VGG-300, one image, CPU time:');
for (const { name, outputs, cpuMs } of scenes) {
  const found = detectObjects(outputs)[0]?.length ?? 0;
  console.log(`  ${name.padEnd(36)} ${median(cpuMs).toFixed(2)} ms, ${found} objects`);
}

function outputsOf({ background, spread }: Scene): readonly Tensor[] {
  const random = seededRandom(1);
  const { blocks, classes } = SSD_VGG_300;
  return [classes, OFFSETS].flatMap((values) =>
    blocks.map((block) => {
      const shape = [1, ...blockShape(block, values)];
      const data = Float32Array.from({ length: elementCount(shape) }, (_, index) => {
        const level = values === classes && index % classes === 0 ? background : 0;
        return level + (2 * random() - 1) * spread;
      });
      return { name: `${block.name} ${values}`, datatype: 'FP32', shape, data } as const;
    }),
  );
}

function measure(outputs: readonly Tensor[]): number {
  const before = process.threadCpuUsage();
  for (let run = 0; run < RUNS; run += 1) detectObjects(outputs);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000 / RUNS;
}
