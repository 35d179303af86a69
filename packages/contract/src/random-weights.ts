/**
 * The property of a model that says that nobody trained its weights: `random, seed 7`, as the metadata `slipway.weights` of
 * its ONNX files does. The server sets it when a model is registered, and nobody else may.
 */
export const WEIGHTS_PROPERTY = 'slipway.weights';

/** The header of every answer of a service that runs such a model: `random; seed=7`. */
export const WEIGHTS_HEADER = 'x-slipway-weights';

const RANDOM = 'random';

/** A seed, or another word with a value. */
const FACT = /^([a-z]+) ([\w.-]+)$/;

/** A file may say anything, and there may be many; properties are short, and in headers nothing but ASCII stands. */
const MAX_LENGTH = 100;
const MAX_TOLD = 8;
const FORBIDDEN = /[^\x20-\x7e]/g;

/**
 * What models say of their weights, if any of them are random: each once, with semicolons between. `undefined`: all were
 * trained, or say nothing.
 */
export function randomWeightsOf(said: readonly (string | undefined)[]): string | undefined {
  const random = said
    .flatMap((text) => text?.split('; ') ?? [])
    .filter((text) => text.startsWith(RANDOM))
    .map((text) => text.slice(0, MAX_LENGTH).replace(FORBIDDEN, '?'));
  return random.length === 0 ? undefined : [...new Set(random)].slice(0, MAX_TOLD).join('; ');
}

/** The same for people and programs, who know that it is random: `seed 7`; `seed unknown` where a model does not say. */
export function randomSeeds(weights: string | undefined): string | null {
  if (weights === undefined) return null;
  return weights
    .split('; ')
    .map((text) => text.slice(RANDOM.length).replace(/^, /, '') || 'seed unknown')
    .join('; ');
}

/** The value of the header: `random; seed=7`; of several, with commas between. */
export function weightsHeader(weights: string): string {
  return weights
    .split('; ')
    .map((text) => {
      const facts = text.split(', ').flatMap((part) => {
        const [, name, value] = FACT.exec(part) ?? [];
        return name === undefined ? [] : [`${name}=${value}`];
      });
      return [RANDOM, ...facts].join('; ');
    })
    .join(', ');
}
