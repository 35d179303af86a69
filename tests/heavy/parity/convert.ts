import { runProcess, type TestScope } from '@slipway/testkit';
import type { StoredNetwork } from './oracle.ts';

export interface ConversionRequest {
  readonly network: string;
  readonly stored: StoredNetwork;
  /** Where the models go. */
  readonly folder: string;
}

/** A network in ONNX, and what the conversion took. */
export interface Converted {
  readonly path: string;
  /** The same with one weight changed. */
  readonly perturbedPath: string;
  /** The oracle's keys by the names of outputs. */
  readonly keys: Readonly<Record<string, string>>;
  readonly nodes: number;
  readonly parameters: number;
  /** From opening the files until the model is on the disk. */
  readonly seconds: number;
  /** Of the whole process. */
  readonly peakBytes: number;
  /** The same where another format gave the same model but for names. */
  readonly computation: string;
}

/** Converts in a process of its own, whose main file is said. A refusal is thrown with what it says. */
export async function convert(
  scope: TestScope,
  main: string,
  request: ConversionRequest,
): Promise<Converted> {
  const { code, stdout, stderr } = await runProcess(scope, process.execPath, [main, JSON.stringify(request)]);
  if (code === 0) return JSON.parse(stdout);
  throw new Error(stderr.slice(0, 4000));
}
