import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Nearness } from './compare.ts';

/** A network's last run. */
export interface NetworkResult {
  readonly network: string;
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: number;
  readonly exactRows: number;
  readonly formats: readonly FormatResult[];
}

export interface FormatResult {
  readonly format: string;
  /** None where the answers are as near as they must be. */
  readonly problems: readonly string[];
  /** The format before it that gave the same model but for names, whose answers count. */
  readonly sameAs?: string | undefined;
  readonly nodes?: number | undefined;
  readonly parameters?: number | undefined;
  readonly seconds?: number | undefined;
  readonly peakBytes?: number | undefined;
  readonly computation?: string | undefined;
  readonly outputs?: readonly Nearness[] | undefined;
}

const FOLDER = join(import.meta.dirname, '../results');

/** Keeps the result in the place of the one before. */
export async function saveResult(result: NetworkResult): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, `${result.network}.json`), `${JSON.stringify(result, rounded, 2)}\n`);
}

/** The last results of the networks that have one. */
export async function lastResults(networks: readonly string[]): Promise<readonly NetworkResult[]> {
  const texts = networks.map((name) => readFile(join(FOLDER, `${name}.json`), 'utf8').catch(() => undefined));
  return (await Promise.all(texts)).filter((text) => text !== undefined).map((text) => JSON.parse(text));
}

/** No figure is good to more than three digits. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value;
}
