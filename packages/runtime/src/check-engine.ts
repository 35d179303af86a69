import { parseArgs } from 'node:util';
import { DEFAULT_PROVIDERS, toSlipwayError } from '@slipway/contract';
import { version } from 'onnxruntime-node/dist/version.js';
import type { Accelerator } from './engines/engine.ts';
import { checkProviders } from './engines/onnx/check-providers.ts';
import { findBindingFolder } from './engines/onnx/open-binding.ts';
import { ortBinding } from './engines/onnx/ort-binding.ts';

// A program of its own, started by `slipway doctor` and `slipway engine`: a library that is broken ends its process. It
// loads the engine, with the execution provider that is named, and prints one line of JSON.

const { values } = parseArgs({
  options: { provider: { type: 'string' }, 'engine-dir': { type: 'string' } },
});

/** Where ONNX Runtime was loaded from, its version, and the providers that its binding was built to know. */
function describe(accelerator: Accelerator | undefined) {
  const { folder, binding } = ortBinding(accelerator);
  const known = binding.listSupportedBackends().map(({ name }) => name);
  return { version, folder, known: [...new Set([...DEFAULT_PROVIDERS, ...known])] };
}

function check(): object {
  const { provider, 'engine-dir': engineDir = null } = values;
  if (provider === undefined) return { ...describe(undefined), problem: null };
  const accelerator: Accelerator = { providers: [provider], cpuFallback: true, engineDir };
  findBindingFolder(accelerator);
  try {
    checkProviders(accelerator);
    return { ...describe(accelerator), problem: null };
  } catch (thrown) {
    return { ...describe(accelerator), problem: toSlipwayError(thrown).message };
  }
}

try {
  process.stdout.write(`${JSON.stringify(check())}\n`);
} catch (thrown) {
  process.stderr.write(`${toSlipwayError(thrown).message}\n`);
  process.exit(1);
}
