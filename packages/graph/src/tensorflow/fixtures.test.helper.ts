import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What TensorFlow said of a tensor: bytes or strings in base64. */
export interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: string | readonly string[];
  /** How far an answer may be off, where that is more than in most. */
  readonly tolerance?: number;
}

interface ExpectedSpec {
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

/** What TensorFlow said of a model. */
export interface ExpectedModel {
  readonly tensors?: Readonly<Record<string, ExpectedTensor>>;
  readonly ops?: Readonly<Record<string, number>>;
  readonly functions?: readonly string[];
  readonly signatures?: Readonly<
    Record<string, Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, ExpectedSpec>>>>>
  >;
}

const FOLDER = new URL('../../fixtures/tensorflow/', import.meta.url);

/** The path of a file or folder that scripts/make-tensorflow-files.py made. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(name, FOLDER));
}

/** What TensorFlow said of them, by their names. */
export const EXPECTED: Readonly<Record<string, ExpectedModel>> = JSON.parse(
  readFileSync(fixture('expected.json'), 'utf8'),
);
