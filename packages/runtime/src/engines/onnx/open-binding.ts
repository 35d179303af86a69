// Must stand before the library is loaded.
import './without-telemetry.ts';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ENGINE_MANIFEST, enginePackageOf, hasEnginePackages, SlipwayError } from '@slipway/contract';
import { quoteAll } from '../../models/fit-inputs.ts';
import type { Accelerator } from '../engine.ts';

const BINDING_FILE = 'onnxruntime_binding.node';

const require = createRequire(import.meta.url);

/** The library that a provider is loaded from, where it is one of its own. */
export function providerLibrary(folder: string, provider: string): string {
  return join(folder, `libonnxruntime_providers_${provider}.so`);
}

/**
 * The folder of the native binding and its libraries: that of an installed engine where the accelerator needs one, else
 * that of the package. ONNX Runtime looks for the libraries of its providers beside its own, so that all of an engine
 * stands in one folder. Throws `unsupported` if nothing is installed.
 */
export function findBindingFolder(accelerator: Accelerator | undefined): string {
  const ours = packageFolder();
  if (accelerator === undefined) return ours;
  const { providers, engineDir } = accelerator;
  const name = enginePackageOf(providers);
  if (name === undefined || !hasEnginePackages(process.platform, process.arch)) return ours;
  if (engineDir !== null && existsSync(join(engineDir, ENGINE_MANIFEST))) return engineDir;
  // Where the package's own script could download when it was installed, it has put the libraries here.
  if (existsSync(providerLibrary(ours, name))) return ours;
  throw new SlipwayError(
    'unsupported',
    `The libraries of ${quoteAll(providers)} are not installed: run "slipway engine install ${name}" on the machine of this replica, then deploy again.`,
    { details: { providers, engineDir } },
  );
}

/** Loads the binding of a folder. Throws `unsupported` if the system cannot. */
export function loadBinding(folder: string): unknown {
  const file = join(folder, BINDING_FILE);
  const loaded: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(loaded, file);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SlipwayError('unsupported', `ONNX Runtime cannot be loaded from ${folder}: ${reason}`, {
      cause,
    });
  }
  return loaded.exports;
}

/** The folder of the libraries that come with onnxruntime-node, for this system. */
export function packageFolder(): string {
  const root = join(dirname(require.resolve('onnxruntime-node')), '..');
  return join(root, 'bin', 'napi-v6', process.platform, process.arch);
}
