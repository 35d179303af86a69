import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { quoteAll } from '../../models/fit-inputs.ts';
import type { Accelerator, LoadOptions, ModelFacts, Placement } from '../engine.ts';
import { withCarriedEnds } from './carried-ends.ts';
import { checkProviders } from './check-providers.ts';
import type { LoadedSession } from './load-optimized.ts';
import { type OrtSession, ortBinding } from './ort-binding.ts';
import { readPlacement } from './read-placement.ts';
import { acceleratedSessionOptions } from './session-options.ts';

/** In ONNX Runtime's words: nodes were left to the CPU, which was not to be. */
const LEFT_TO_CPU = /fallback to CPU EP has been explicitly disabled/;

/**
 * Loads a model on other execution providers than the CPU. Throws `unsupported` if one of them cannot be used or what the
 * model asks of them is not to be had, and else what ONNX Runtime throws. The cache of optimized models has no part in
 * this: what a provider makes of a graph is for its device, and some cannot write it down.
 */
export function loadAccelerated(
  facts: ModelFacts,
  options: LoadOptions,
  accelerator: Accelerator,
): LoadedSession {
  checkProviders(accelerator);
  const folder = mkdtempSync(join(tmpdir(), 'slipway-profile-'));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  const native = new (ortBinding(accelerator).binding.InferenceSession)();
  try {
    const accelerated = acceleratedSessionOptions(options.threads, accelerator, join(folder, 'profile'));
    withCarriedEnds(facts, tmpdir(), (file) => native.loadModel(file, accelerated));
  } catch (thrown) {
    forget();
    throw explainLeftToCpu(thrown, accelerator);
  }
  const placement = once(() => findPlacement(native, folder, accelerator));
  const close = () => {
    native.dispose();
    forget();
  };
  return { native, notes: [], placement, close };
}

function explainLeftToCpu(thrown: unknown, { providers }: Accelerator): unknown {
  if (!(thrown instanceof Error) || !LEFT_TO_CPU.test(thrown.message)) return thrown;
  return new SlipwayError(
    'unsupported',
    `The model has nodes that ${quoteAll(providers)} cannot run, and cpuFallback is false: set it to true to run them on the CPU.`,
    { details: { providers }, cause: thrown },
  );
}

function findPlacement(native: OrtSession, folder: string, { providers: asked }: Accelerator): Placement {
  try {
    native.endProfiling();
    const [file] = readdirSync(folder);
    const found =
      file === undefined ? undefined : readPlacement(readFileSync(join(folder, file), 'utf8'), asked);
    if (found === undefined || found.providers.length === 0) return unknownPlacement(asked);
    if (found.providers.some(({ name }) => name !== 'cpu')) return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  throw new SlipwayError(
    'unsupported',
    `The model has no node that ${quoteAll(asked)} can run: all of it would run on the CPU. Ask for the execution provider "cpu".`,
    { details: { providers: asked } },
  );
}

/** A model that refused its first run has run nothing. */
function unknownPlacement(asked: readonly string[]): Placement {
  return {
    providers: asked.map((name) => ({ name, nodes: null })),
    notes: ['The model has not run yet, so it is not known which of its nodes run on the CPU.'],
  };
}

function once<T>(find: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => {
    found ??= { value: find() };
    return found.value;
  };
}
