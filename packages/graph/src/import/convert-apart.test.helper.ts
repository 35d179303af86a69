import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { TensorRequest } from './choose-tensors.ts';

/** A model to convert, and where to write what comes of it. */
export interface ConversionCase {
  readonly name: string;
  readonly path: string;
  readonly request: TensorRequest;
  readonly into?: string;
}

/** What came of it: nodes of ONNX, or the message of an error, with its code where it is one of ours. */
export interface ConversionOutcome {
  readonly name: string;
  readonly seconds: number;
  /** The most memory that the process has had so far. */
  readonly peakBytes: number;
  readonly nodes?: number;
  readonly code?: string | undefined;
  readonly message?: string;
}

/** Long enough for any machine; what takes so long hangs. */
const TIMEOUT_MS = 600_000;

const PROGRAM = fileURLToPath(new URL('convert-files.test.helper.js', import.meta.url));

/** Converts the models in one process whose heap is limited. Fails where that process does not live to answer. */
export async function convertApart(
  cases: readonly ConversionCase[],
  heapMegabytes: number,
): Promise<readonly ConversionOutcome[]> {
  const child = spawn(process.execPath, [`--max-old-space-size=${heapMegabytes}`, PROGRAM], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  child.stdin.end(JSON.stringify(cases));
  const [said, complained] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const outcomes = said
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ConversionOutcome);
  assert.equal(
    outcomes.length,
    cases.length,
    `after ${outcomes.at(-1)?.name}: ${complained.slice(0, 2_000)}`,
  );
  return outcomes;
}
