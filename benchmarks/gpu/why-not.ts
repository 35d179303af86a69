import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ENGINE_MANIFEST, engineFolder } from '@slipway/contract';

/** The device of NVIDIA's driver. */
const DRIVER = '/dev/nvidiactl';

const PROVIDERS = ['cuda'] as const;

/** What a replica needs to run on an execution provider, or the reason why it cannot be had here. */
export type Engine =
  | { readonly executionProviders: readonly string[]; readonly engineDir: string | null }
  | { readonly missing: string };

/** The engine for NVIDIA's GPUs that is installed in a home: `SLIPWAY_GPU_HOME`, or that of whoever asks. */
export function findEngine(env: Readonly<Record<string, string | undefined>>): Engine {
  const home = env['SLIPWAY_GPU_HOME'] ?? env['SLIPWAY_HOME'] ?? join(homedir(), '.slipway');
  const engineDir = engineFolder(home, PROVIDERS);
  if (!existsSync(DRIVER)) return { missing: `there is no NVIDIA GPU here (${DRIVER})` };
  if (engineDir !== null && existsSync(join(engineDir, ENGINE_MANIFEST)))
    return { executionProviders: PROVIDERS, engineDir };
  return {
    missing: `there is no engine in ${home}: run "slipway engine install cuda", or let SLIPWAY_GPU_HOME name the home that has it`,
  };
}
