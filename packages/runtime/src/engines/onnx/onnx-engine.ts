import { basename } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import type { Engine, LoadOptions, ModelFacts } from '../engine.ts';
import { findModelFile } from './find-model-file.ts';
import { inspectModel } from './inspect-model.ts';
import { type LoadedSession, loadSession } from './load-optimized.ts';
import { createOnnxSession } from './onnx-session.ts';
import { readableOrtMessage } from './ort-message.ts';

/** Runs ONNX models with ONNX Runtime on the CPU. */
export const onnxEngine: Engine = {
  inspect: (folder) => inspectModel(findModelFile(folder), folder),
  load(facts, options) {
    const { native, notes } = loadOrExplain(facts, options);
    try {
      return createOnnxSession(native, notes);
    } catch (thrown) {
      native.dispose();
      throw thrown;
    }
  },
};

function loadOrExplain(facts: ModelFacts, options: LoadOptions): LoadedSession {
  try {
    return loadSession(facts.file, facts.bytes, options);
  } catch (cause) {
    const file = basename(facts.file);
    throw new SlipwayError('invalid_model', `${file} cannot be loaded: ${readableOrtMessage(cause)}`, {
      details: { file },
      cause,
    });
  }
}
