import { statSync } from 'node:fs';
import { SlipwayError } from '@slipway/contract';
import type { Engine } from '../engine.ts';
import { findModelFile } from './find-model-file.ts';
import { createOnnxSession } from './onnx-session.ts';
import { ortBinding } from './ort-binding.ts';
import { sessionOptions } from './session-options.ts';

/** Runs ONNX models with ONNX Runtime on the CPU. */
export const onnxEngine: Engine = {
  inspect(folder) {
    const file = findModelFile(folder);
    return { file, bytes: statSync(file).size, hasLoops: false };
  },
  load(facts, options) {
    const native = new (ortBinding().InferenceSession)();
    try {
      native.loadModel(facts.file, sessionOptions(options.threads));
    } catch (cause) {
      throw new SlipwayError('invalid_model', cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
    return createOnnxSession(native);
  },
};
