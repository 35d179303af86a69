import { basename } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { Engine, LoadOptions, ModelFacts } from '../engine.ts';
import { findModelFile } from './find-model-file.ts';
import { inspectModel } from './inspect-model.ts';
import { loadAccelerated } from './load-accelerated.ts';
import { type LoadedSession, loadSession } from './load-optimized.ts';
import { createOnnxSession } from './onnx-session.ts';
import { readableOrtMessage } from './ort-message.ts';

/** Runs ONNX models with ONNX Runtime, on the CPU or on the accelerator that is asked for. */
export const onnxEngine: Engine = {
  inspect: (folder) => inspectModel(findModelFile(folder), folder),
  load(facts, options) {
    const loaded = loadOrExplain(facts, options);
    try {
      return createOnnxSession(loaded, facts.bfloats);
    } catch (thrown) {
      loaded.close();
      throw thrown;
    }
  },
};

function loadOrExplain(facts: ModelFacts, options: LoadOptions): LoadedSession {
  try {
    const { accelerator } = options;
    if (accelerator !== undefined) return loadAccelerated(facts, options, accelerator);
    return loadSession(facts, options);
  } catch (cause) {
    if (cause instanceof SlipwayError) throw cause;
    const file = basename(facts.file);
    throw new SlipwayError('invalid_model', `${file} cannot be loaded: ${readableOrtMessage(cause)}`, {
      details: { file },
      cause,
    });
  }
}
