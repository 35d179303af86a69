import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter } from 'node:path';
import { promisify } from 'node:util';

/** The libraries of a GPU take seconds to load the first time. */
const LOAD_TIMEOUT_MS = 60_000;

/** What loading an engine found. */
export interface EngineCheck {
  /** Of ONNX Runtime. */
  readonly version: string;
  /** Where its binding and libraries were loaded from. */
  readonly folder: string;
  /** The execution providers that the binding was built to know. */
  readonly known: readonly string[];
  /** Why the provider that was asked for cannot be used; `null`: it can. */
  readonly problem: string | null;
}

/**
 * Loads the engine, with an execution provider if one is named, in a process of its own, because a broken library ends its
 * process. Throws an error with the reason if the engine does not load.
 */
export async function checkEngine(provider?: string, engineDir?: string | null): Promise<EngineCheck> {
  const server = createRequire(import.meta.resolve('@slipway/server/main'));
  const args = [server.resolve('@slipway/runtime/check-engine')];
  if (provider !== undefined) args.push('--provider', provider);
  if (engineDir != null) args.push('--engine-dir', engineDir);
  const before = process.env['LD_LIBRARY_PATH'];
  const libraries = [engineDir, before].filter((path) => path != null && path !== '');
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: LOAD_TIMEOUT_MS,
    env: {
      ...process.env,
      ...(libraries.length > 0 && { LD_LIBRARY_PATH: libraries.join(delimiter) }),
    },
  });
  return JSON.parse(stdout) as EngineCheck;
}

/** Why a check threw: what the process wrote last, or what became of it. */
export function checkFailure(thrown: unknown): string {
  const { stderr } = thrown as { readonly stderr?: unknown };
  const said = typeof stderr === 'string' ? stderr.trim().split('\n').at(-1) : '';
  if (said) return said;
  return (thrown instanceof Error ? thrown.message.split('\n')[0] : undefined) ?? String(thrown);
}
