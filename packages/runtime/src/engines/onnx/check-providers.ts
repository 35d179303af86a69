import { existsSync } from 'node:fs';
import { SlipwayError } from '@slipway/contract';
import { version } from 'onnxruntime-node/dist/version.js';
import { quoteAll } from '../../models/fit-inputs.ts';
import type { Accelerator } from '../engine.ts';
import { providerLibrary } from './open-binding.ts';
import { type OpenBinding, ortBinding } from './ort-binding.ts';
import { readableOrtMessage } from './ort-message.ts';
import { explainProviderFailure } from './provider-failure.ts';
import { sessionOptions } from './session-options.ts';

/** An ONNX model of one node, Relu on one float: a provider that cannot load it can load none. */
const SMALLEST_MODEL = new Uint8Array(
  Buffer.from(
    'CAgSD3NsaXB3YXktdGVzdGtpdDo/ChQKAXgSAXkaBlJlbHVfMCIEUmVsdRIFZ3JhcGhaDwoBeBIKCggIARIECgIIAWIPCgF5EgoKCAgBEgQKAggBQgQKABAR',
    'base64',
  ),
);

const checked = new Set<string>();

/**
 * Opens each provider of an accelerator once in this thread. Throws `unsupported`, and says what is missing and how to
 * get it: an engine that quietly did without would serve many times slower than anybody expects.
 */
export function checkProviders(accelerator: Accelerator): void {
  const open = ortBinding(accelerator);
  const known = ['cpu', ...open.binding.listSupportedBackends().map(({ name }) => name)];
  const unknown = accelerator.providers.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw notBuiltIn(unknown, [...new Set(known)]);
  for (const provider of accelerator.providers) {
    if (provider === 'cpu' || checked.has(provider)) continue;
    checkProvider(open, provider);
    checked.add(provider);
  }
}

function notBuiltIn(unknown: readonly string[], known: readonly string[]): SlipwayError {
  const system = `${process.platform}/${process.arch}`;
  return new SlipwayError(
    'unsupported',
    `ONNX Runtime ${version} for ${system} has no execution provider ${quoteAll(unknown)}; it knows ${quoteAll(known)}.`,
    { details: { unknown, known } },
  );
}

function checkProvider({ binding, folder }: OpenBinding, provider: string): void {
  const session = new binding.InferenceSession();
  try {
    const { buffer, byteOffset, byteLength } = SMALLEST_MODEL;
    session.loadModel(buffer, byteOffset, byteLength, {
      ...sessionOptions(1),
      executionProviders: [provider],
    });
  } catch (cause) {
    const message = readableOrtMessage(cause);
    const loading = loadingTrouble(providerLibrary(folder, provider));
    throw new SlipwayError('unsupported', explainProviderFailure({ provider, message, loading }), {
      details: { provider },
      cause,
    });
  }
  session.dispose();
}

/** ONNX Runtime keeps to itself why a library was not loaded; the system says it again. */
function loadingTrouble(library: string): string | undefined {
  if (!existsSync(library)) return undefined;
  try {
    process.dlopen({ exports: {} }, library);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
