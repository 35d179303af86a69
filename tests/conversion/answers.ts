// What packages/graph/scripts/make-tensorflow-flow.py made: models of TensorFlow, images, and TensorFlow's answers.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../../packages/graph/fixtures/tensorflow-flow/', import.meta.url);

/** Every so many pixels of each row and column are compared. */
export const STRIDE = 20;

/** What TensorFlow made of an image. */
export interface Answer {
  /** Of what the network takes, the pixels at every `STRIDE`th place, channels last. */
  readonly grid: Float32Array;
  /** Of all elements of what the network takes. */
  readonly mean: number;
  readonly scores: Float32Array;
}

type Encoded = Readonly<Record<'grid' | 'scores', string> & Record<'mean', number>>;

const ANSWERS: Readonly<Record<string, Readonly<Record<string, Encoded>>>> = JSON.parse(
  readFileSync(new URL('answers.json', FOLDER), 'utf8'),
);

/** The path of a model. */
export function modelPath(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

/** The ten images by their names. */
export function images(): ReadonlyMap<string, Buffer> {
  const folder = new URL('images/', FOLDER);
  const names = readdirSync(folder).toSorted();
  return new Map(names.map((name) => [name, readFileSync(new URL(name, folder))]));
}

/** What TensorFlow answered with the models of one graph. */
export function answerOf(graph: string, image: string): Answer {
  const encoded = ANSWERS[graph]?.[image];
  if (encoded === undefined) throw new Error(`No answer of ${graph} to ${image}.`);
  return { ...encoded, grid: floats(encoded.grid), scores: floats(encoded.scores) };
}

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}
