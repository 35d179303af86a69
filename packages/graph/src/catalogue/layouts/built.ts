import { CONSTANT } from '../sketch.ts';
import type { Layout } from './layout.ts';

/** A model that was built here of another layout's weights: names are TF-slim's, and all is as ONNX has it. */
export function builtOf(layout: Layout): Layout {
  return {
    ...layout,
    blueFirst: () => false,
    nameOf: ({ name }) => name,
    nameToday: undefined,
    kernels: 'outputs first',
    isMatrix: () => false,
    beside: new RegExp(`${CONSTANT}_\\d+$`),
  };
}
