import { SlipwayError, type Tensor } from '@slipway/contract';
import { sayTheirDatatypes, toTensors } from './arrays.ts';
import type { ModelDescription, Prediction, ScoreOptions, TensorClient } from './types.ts';

/** The two things that a transport does; all other calls are made of them. */
export interface Transport {
  readonly score: (inputs: readonly Tensor[], options: ScoreOptions) => Promise<Prediction>;
  readonly describe: (options: ScoreOptions) => Promise<ModelDescription>;
  /** Sends one image as it is for a model that takes nothing else; `undefined` where that cannot be said. */
  readonly scoreBareImage?: (
    image: Uint8Array<ArrayBuffer>,
    options: ScoreOptions,
  ) => Promise<Prediction> | undefined;
}

/** The calls that are alike over every transport. */
export function createScoreCalls({
  score,
  describe,
  scoreBareImage,
}: Transport): Pick<TensorClient, 'scoreTensors' | 'scoreArrays' | 'scoreImages'> {
  return {
    scoreTensors: (inputs, options = {}) => score(inputs, options),

    async scoreArrays(inputs, options = {}) {
      const description = sayTheirDatatypes(inputs) ? undefined : await describe(options);
      return await score(toTensors(inputs, description), options);
    },

    async scoreImages(images, options = {}) {
      const data = images instanceof Uint8Array ? [images] : images;
      const [image, ...others] = data;
      if (image !== undefined && others.length === 0 && options.inputName === undefined) {
        const answer = scoreBareImage?.(image, options);
        if (answer !== undefined) return await answer;
      }
      const name = options.inputName ?? onlyInput(await describe(options));
      return await score([{ name, datatype: 'BYTES', shape: [data.length], data }], options);
    },
  };
}

function onlyInput({ inputs }: ModelDescription): string {
  const [only, ...others] = inputs;
  if (only !== undefined && others.length === 0) return only.name;
  throw new SlipwayError(
    'invalid_argument',
    `The model has several inputs: say by "inputName" which one takes the images, ${inputs.map(({ name }) => name).join(' or ')}.`,
    { details: { field: 'inputName' } },
  );
}
