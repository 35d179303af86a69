import { SlipwayError } from '@slipway/contract';
import { Tensor } from 'onnxruntime-node';
import type { OpenSession, SessionTensor } from './open-session.ts';
import { KINDS, type Kind, sampleElements } from './sample-elements.ts';

/** What a result is given and answers, once. */
export interface Run {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly answers: Readonly<Record<string, Tensor>>;
}

/** Two runs with different inputs of one kind. */
export interface Trial {
  readonly kind: Kind;
  readonly runs: readonly [Run, Run];
}

/** Shapes of inputs by name, as a user gave them. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** Rows of a batch of any size: two, so that a row that lands in another's place is seen. */
const BATCH = 2;

/** Sizes for what may have any size, tried in turn: steps of a text first, then sides of an image. */
const FREE_SIZES = [8, 32, 64, 224] as const;

/** More elements than the inputs of any network have; a shape alone is not to take gigabytes. */
const MAX_ELEMENTS = 2 ** 28;

const SEEDS = [1, 2] as const;

/** Runs a result twice with each kind of inputs. Throws `invalid_model` with what ONNX Runtime says. */
export async function tryModel(open: OpenSession, shapes: Shapes): Promise<readonly Trial[]> {
  checkShapes(open, shapes);
  const size = await fittingSize(open, shapes);
  const trials: Trial[] = [];
  for (const kind of KINDS) {
    const runs = [];
    for (const seed of SEEDS) runs.push(await runOnce(open, shapes, size, kind, seed));
    trials.push({ kind, runs: runs as unknown as Trial['runs'] });
  }
  return trials;
}

/** The first of the sizes with which it runs; the last one's error says why none does. */
async function fittingSize(open: OpenSession, shapes: Shapes): Promise<number> {
  const isFree = open.inputs.some(
    (input) => shapeGiven(input, shapes) === undefined && input.dims.slice(1).includes(null),
  );
  if (!isFree) return FREE_SIZES[0];
  let failure: unknown;
  for (const size of FREE_SIZES) {
    try {
      await runOnce(open, shapes, size, 'normal', SEEDS[0]);
      return size;
    } catch (thrown) {
      failure = thrown;
    }
  }
  throw failure;
}

async function runOnce(
  { session, inputs }: OpenSession,
  shapes: Shapes,
  size: number,
  kind: Kind,
  seed: number,
): Promise<Run> {
  const feeds = Object.fromEntries(
    inputs.map((input, index) => {
      const dims = shapeGiven(input, shapes) ?? filled(input.dims, size);
      return [input.name, sampleTensor(input, dims, kind, seed * 1_000 + index)];
    }),
  );
  try {
    return { feeds, answers: await session.run(feeds) };
  } catch (cause) {
    const tried = Object.entries(feeds).map(([name, { dims }]) => `"${name}" [${dims.join(', ')}]`);
    throw new SlipwayError(
      'invalid_model',
      `ONNX Runtime does not run the converted model with ${tried.join(', ')}: ${(cause as Error).message}. Where it takes other shapes, say which (shapes, --shape).`,
      { cause, details: { field: 'shapes' } },
    );
  }
}

function sampleTensor(input: SessionTensor, dims: readonly number[], kind: Kind, seed: number): Tensor {
  const elements = dims.reduce((product, size) => product * size, 1);
  const data = elements > MAX_ELEMENTS ? undefined : sampleElements(input.type, dims, kind, seed);
  if (data !== undefined) return new Tensor(input.type as 'float32', data as Float32Array, [...dims]);
  const why =
    elements > MAX_ELEMENTS
      ? `would have ${elements} elements`
      : `is of the type ${input.type}, which has no sample`;
  throw new SlipwayError(
    'unsupported',
    `The converted model cannot be tried: its input "${input.name}" ${why}, and no model is registered untried. Choose other inputs.`,
    { details: { field: 'shapes' } },
  );
}

function filled(dims: readonly (number | null)[], size: number): readonly number[] {
  return dims.map((dim, index) => dim ?? (index === 0 ? BATCH : size));
}

function shapeGiven({ name }: SessionTensor, shapes: Shapes): readonly number[] | undefined {
  return shapes[name] ?? (name.endsWith(':0') ? shapes[name.slice(0, -':0'.length)] : undefined);
}

function checkShapes({ inputs }: OpenSession, shapes: Shapes): void {
  const unknown = Object.keys(shapes).filter((name) =>
    inputs.every((input) => input.name !== name && input.name !== `${name}:0`),
  );
  if (unknown.length === 0) return;
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  throw new SlipwayError(
    'invalid_argument',
    `shapes: there is no input "${unknown[0]}". The converted model has ${names}.`,
    { details: { field: 'shapes' } },
  );
}
