import { median, seededRandom } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { disturbedPercent, processorTime } from '../disturbance.ts';

const IMAGE = [1, 224, 224, 3];
const WARM_UP_RUNS = 10;
const RUNS_A_ROUND = 10;

/** Runs of two models in turn, batch 1. */
export interface SpeedRound {
  /** The processor's time of a run, its median, in the order of the files: others who use the machine change it least. */
  readonly cpuMilliseconds: readonly number[];
  /** Percent of the processors' time that others had meanwhile. */
  readonly disturbed: number;
}

export interface Speeds {
  readonly rounds: readonly SpeedRound[];
  /** The largest difference between the answers, beside the largest answer. */
  readonly difference: number;
}

/** Runs models of one image on one core, as ONNX Runtime optimizes them, run after run in turn. */
export async function compareSpeeds(files: readonly string[], rounds: number): Promise<Speeds> {
  const random = seededRandom(1);
  const count = IMAGE.reduce((product, size) => product * size, 1);
  const image = new Tensor('float32', Float32Array.from({ length: count }, random), IMAGE);
  const sessions = await Promise.all(
    files.map((file) => InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 4 })),
  );
  const run = async (session: InferenceSession): Promise<Float32Array> => {
    const answers = await session.run({ [session.inputNames[0] as string]: image });
    return Object.values(answers)[0]?.data as Float32Array;
  };
  const measured: SpeedRound[] = [];
  for (const session of sessions) for (let at = 0; at < WARM_UP_RUNS; at += 1) await run(session);
  for (let round = 0; round < rounds; round += 1) {
    const before = processorTime();
    const times = sessions.map((): number[] => []);
    for (let at = 0; at < RUNS_A_ROUND; at += 1)
      for (const [index, session] of sessions.entries()) times[index]?.push(await timeOf(() => run(session)));
    const disturbed = disturbedPercent(before, processorTime());
    measured.push({ cpuMilliseconds: times.map(median), disturbed });
  }
  const [ours, theirs] = await Promise.all(sessions.map(run));
  await Promise.all(sessions.map((session) => session.release()));
  return { rounds: measured, difference: differenceOf(ours ?? [], theirs ?? []) };
}

/** Milliseconds of the processor. */
async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length === 0 || a.length !== b.length) return Number.NaN;
  let [difference, largest] = [0, 0];
  for (let at = 0; at < a.length; at += 1) {
    difference = Math.max(difference, Math.abs((a[at] as number) - (b[at] as number)));
    largest = Math.max(largest, Math.abs(b[at] as number));
  }
  return difference / largest;
}
