import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestScope } from '@slipway/testkit';
import { answers } from './answers.ts';
import { type Nearness, nearness } from './compare.ts';
import { type Converted, convert } from './convert.ts';
import { elementsOf, type Oracle, type StoredNetwork } from './oracle.ts';
import type { FormatResult } from './results.ts';

/** Converts the network from each of its formats, by `main`, and compares with what the framework answers. */
export async function checkNetwork(
  scope: TestScope,
  main: string,
  oracle: Oracle,
  folder: string,
  report: (line: string) => void,
): Promise<readonly FormatResult[]> {
  const results: FormatResult[] = [];
  for (const stored of oracle.formats) {
    const into = join(folder, 'converted');
    await mkdir(into, { recursive: true });
    const result = await checkFormat(scope, main, oracle, stored, into, results);
    results.push(result);
    report(`  ${stored.format}: ${result.problems.join('; ') || 'as it must be'}`);
    await rm(into, { recursive: true });
  }
  return results;
}

async function checkFormat(
  scope: TestScope,
  main: string,
  oracle: Oracle,
  stored: StoredNetwork,
  folder: string,
  before: readonly FormatResult[],
): Promise<FormatResult> {
  const { format } = stored;
  let converted: Converted;
  try {
    converted = await convert(scope, main, { network: oracle.network, stored, folder });
  } catch (error) {
    return { format, problems: [`not converted: ${error instanceof Error ? error.message : error}`] };
  }
  const { nodes, parameters, seconds, peakBytes, computation } = converted;
  const measured = { format, nodes, parameters, seconds, peakBytes, computation };
  const same = before.find((one) => one.computation === computation);
  if (same !== undefined)
    return {
      ...measured,
      sameAs: same.sameAs ?? same.format,
      outputs: same.outputs,
      problems: same.problems,
    };
  const outputs = await compare(oracle, converted, converted.path);
  const wrong = await compare(
    oracle,
    converted,
    converted.perturbedPath,
    oracle.outputs[0]?.float64.shape[0],
  );
  const seen = wrong.some(({ problems }) => problems.length > 0);
  const problems = [
    ...outputs.flatMap((one) => one.problems.map((problem) => `${one.key}: ${problem}`)),
    ...(seen ? [] : ['a model with a wrong weight passes, too']),
  ];
  return { ...measured, outputs, problems };
}

async function compare(
  { input, outputs }: Oracle,
  { keys }: Converted,
  path: string,
  rows = input.shape[0] ?? 0,
): Promise<readonly Nearness[]> {
  const found = await answers(path, input, rows);
  const byKey = new Map([...found].map(([name, values]) => [keys[name] ?? name, values]));
  return outputs.map(({ key, softmax, labelled = true, float32, float64 }) => {
    const width = float32.shape.slice(1).reduce((product, size) => product * size, 1);
    return nearness({
      key,
      softmax,
      labelled,
      width,
      float32: (elementsOf(float32) as Float32Array).subarray(0, rows * width),
      float64: elementsOf(float64) as Float64Array,
      found: byKey.get(key) ?? new Float32Array(),
    });
  });
}
