// What `import … from '@slipway/sdk/entry'` gives a script that a replica runs.
export { loadOnnxModel } from './onnx-models.ts';
