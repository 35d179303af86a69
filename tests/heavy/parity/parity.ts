import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestScope, temporaryFolder, withScope } from '@slipway/testkit';
import { machineFacts } from '../../../benchmarks/report/machine.ts';
import { pythonEnvironment } from '../../harness/python-environment.ts';
import { checkNetwork } from './check-network.ts';
import type { Comparison } from './comparison.ts';
import { document } from './document.ts';
import { oracleOf } from './oracle.ts';
import { lastResults, type NetworkResult, saveResult } from './results.ts';

export interface ParityOptions {
  /** An interpreter with the frameworks; one is made where none is given. */
  readonly python?: string | undefined;
  /** Keeps the networks in a folder here by their names, and takes those that are there. */
  readonly oracles?: string | undefined;
}

/** Compares the network in each format, keeps the result and writes the page anew; whether all is well. */
export async function parity(
  network: string,
  comparison: Comparison,
  options: ParityOptions,
): Promise<boolean> {
  const result = await withScope((scope) => compared(scope, network, comparison, options));
  await saveResult(result);
  await writeFile(comparison.page, document(comparison, await lastResults(comparison.networks)));
  return result.formats.every(({ problems }) => problems.length === 0);
}

async function compared(
  scope: TestScope,
  network: string,
  { script, requirements, main }: Comparison,
  { python, oracles }: ParityOptions,
): Promise<NetworkResult> {
  const folder = await temporaryFolder(scope);
  const at = join(oracles ?? folder, network);
  const interpreter = async () => python ?? (await withFrameworks(scope, requirements));
  const oracle = await oracleOf(scope, network, at, script, interpreter);
  const formats = await checkNetwork(scope, main, oracle, folder, console.log);
  return {
    network,
    date: new Date().toISOString().slice(0, 10),
    versions: { ...oracle.versions, 'ONNX Runtime': machineFacts().onnxRuntime },
    rows: oracle.input.shape[0] ?? 0,
    exactRows: oracle.outputs[0]?.float64.shape[0] ?? 0,
    formats,
  };
}

function withFrameworks(scope: TestScope, requirements: string): Promise<string> {
  return pythonEnvironment(scope, {
    locks: [requirements],
    fill: ({ pip }) => pip('install', '-r', requirements),
  });
}
