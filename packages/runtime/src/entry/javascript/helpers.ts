// What `import … from '@slipway/sdk/entry'` gives a script that a replica runs.
export { createCollector } from './collectors.ts';
export { loadOnnxModel } from './onnx-models.ts';
