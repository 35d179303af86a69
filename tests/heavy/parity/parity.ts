import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestScope, temporaryFolder, withScope } from '@slipway/testkit';
import { machineFacts } from '../../../benchmarks/report/machine.ts';
import { pythonEnvironment } from '../../harness/python-environment.ts';
import { checkNetwork } from './check-network.ts';
import { document } from './document.ts';
import { NETWORKS } from './networks.ts';
import { oracleOf } from './oracle.ts';
import { lastResults, type NetworkResult, saveResult } from './results.ts';

export interface ParityOptions {
  /** An interpreter with TensorFlow; one is made where none is given. */
  readonly python?: string | undefined;
  /** Keeps the networks in a folder here by their names, and takes those that are there. */
  readonly oracles?: string | undefined;
}

const REQUIREMENTS = join(import.meta.dirname, '../requirements.txt');
const PAGE = join(import.meta.dirname, '../../../docs/conversion.md');

/** Compares the network in each format, keeps the result and writes the page anew; whether all is well. */
export async function parity(network: string, options: ParityOptions): Promise<boolean> {
  const result = await withScope((scope) => compared(scope, network, options));
  await saveResult(result);
  await writeFile(PAGE, document(NETWORKS, await lastResults(NETWORKS)));
  return result.formats.every(({ problems }) => problems.length === 0);
}

async function compared(
  scope: TestScope,
  network: string,
  { python, oracles }: ParityOptions,
): Promise<NetworkResult> {
  const folder = await temporaryFolder(scope);
  const at = join(oracles ?? folder, network);
  const oracle = await oracleOf(scope, network, at, async () => python ?? (await withTensorFlow(scope)));
  const formats = await checkNetwork(scope, oracle, folder, console.log);
  const { tensorflow, keras } = oracle;
  return {
    network,
    date: new Date().toISOString().slice(0, 10),
    versions: { TensorFlow: tensorflow, Keras: keras, 'ONNX Runtime': machineFacts().onnxRuntime },
    rows: oracle.input.shape[0] ?? 0,
    exactRows: oracle.outputs[0]?.float64.shape[0] ?? 0,
    formats,
  };
}

function withTensorFlow(scope: TestScope): Promise<string> {
  return pythonEnvironment(scope, {
    locks: [REQUIREMENTS],
    fill: ({ pip }) => pip('install', '-r', REQUIREMENTS),
  });
}
