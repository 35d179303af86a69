import type { Engine, EngineName } from './engine.ts';

/** The engine of that name; its native library is loaded only now. */
export async function openEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case 'onnx':
      return (await import('./onnx/onnx-engine.ts')).onnxEngine;
    case 'memory':
      return (await import('./memory/memory-engine.ts')).memoryEngine;
  }
}
