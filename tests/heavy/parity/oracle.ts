import { readFileSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess, type TestScope } from '@slipway/testkit';

/** What a framework answers, and where it wrote the network, as packages/graph/scripts/make-networks.py has it. */
export interface Oracle {
  readonly network: string;
  /** Of the framework, and of what it is built on. */
  readonly versions: Readonly<Record<string, string>>;
  readonly input: StoredArray;
  readonly outputs: readonly OracleOutput[];
  readonly formats: readonly StoredNetwork[];
}

/** Rows one behind another, little endian. */
export interface StoredArray {
  readonly path: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface OracleOutput {
  readonly key: string;
  /** Softmax hides whether an output depends on the input. */
  readonly softmax: boolean;
  /** Whether the largest element of a row is its label: so it is, unless `false` is said. */
  readonly labelled?: boolean | undefined;
  /** Of all rows. */
  readonly float32: StoredArray;
  /** Of the first rows, with the same weights. */
  readonly float64: StoredArray;
}

/** The network in a format. */
export interface StoredNetwork {
  readonly format: string;
  readonly path: string;
  readonly request: { readonly inputs?: readonly string[]; readonly outputs?: readonly string[] };
  /** The keys of outputs by the names that were asked for; none where they are known by their keys. */
  readonly outputs: Readonly<Record<string, string>>;
}

const FILE = 'oracle.json';

/** The oracle of the network in the folder, which the script makes where it is not there. */
export async function oracleOf(
  scope: TestScope,
  network: string,
  folder: string,
  script: string,
  python: () => Promise<string>,
): Promise<Oracle> {
  const found = await oracleIn(folder);
  if (found !== undefined) return found;
  await mkdir(folder, { recursive: true });
  const { code, signal, stderr } = await runProcess(scope, await python(), [
    script,
    network,
    '--into',
    folder,
  ]);
  const made = await oracleIn(folder);
  if (made !== undefined) return made;
  throw new Error(`${script} did not make ${network} (${code ?? signal}):\n${stderr.slice(-4000)}`);
}

/** Its elements. */
export function elementsOf({ path, dtype }: StoredArray): Float32Array | Float64Array | Int32Array {
  const { buffer, byteOffset, byteLength } = readFileSync(path);
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  if (dtype === 'float32') return new Float32Array(bytes);
  if (dtype === 'float64') return new Float64Array(bytes);
  if (dtype === 'int32') return new Int32Array(bytes);
  throw new Error(`${path} holds ${dtype}, which is not compared.`);
}

/** It is written last, so that a folder with it is whole. */
async function oracleIn(folder: string): Promise<Oracle | undefined> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
