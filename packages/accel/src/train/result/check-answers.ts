import { SlipwayError } from '@slipway/contract';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { ImageFile } from '../../samples/find-images.ts';
import { prepareImages } from '../../samples/prepare-images.ts';
import { openModel } from '../../session/open-model.ts';
import { type LinearModel, predictRow } from '../head/linear-model.ts';

/** An image, and the features that its head was trained with. */
export interface KnownAnswer {
  readonly file: ImageFile;
  readonly features: Float32Array;
}

/** Probabilities may be so far off: the model computes them in single precision. */
const TOLERANCE = 1e-3;

/**
 * Runs a pipeline, whole, with some images, and compares its answers with what the trained head says of their features:
 * what is saved is what was trained. Throws `internal` where it is not.
 */
export async function checkAnswers(
  pipeline: Pipeline,
  head: LinearModel,
  known: readonly KnownAnswer[],
  signal?: AbortSignal,
): Promise<void> {
  const { model, preprocessing } = pipeline;
  await using open = await openModel(model, { signal });
  const files = known.map(({ file }) => file);
  let place = 0;
  for await (const { file, tensor } of prepareImages(files, preprocessing, { signal })) {
    const [answer] = Object.values(await open.run({ [preprocessing.input]: tensor }));
    const expected = new Float64Array(head.classes);
    const features = known[place]?.features ?? new Float32Array();
    predictRow(head, { rows: 1, columns: features.length, values: features }, 0, expected);
    const told = answer?.data;
    const agrees =
      told instanceof Float32Array &&
      told.length === expected.length &&
      expected.every((value, each) => Math.abs(value - (told[each] as number)) <= TOLERANCE);
    if (!agrees) throw different(file, expected, told);
    place += 1;
  }
}

function different({ path }: ImageFile, expected: Float64Array, told: unknown): SlipwayError {
  return new SlipwayError(
    'internal',
    `${path}: the pipeline answers otherwise than what was trained. Nothing was written.`,
    { details: { path, expected: [...expected], told: String(told) } },
  );
}
