// What batch scoring shares with replicas: workers for scripts, engines, images, and tensors as JSON.
export type { Engine, EngineSession, ModelFacts } from './engines/engine.ts';
export { openEngine } from './engines/open-engine.ts';
export type { EntryWorker } from './entry/entry-worker.ts';
export type { OutputStream } from './entry/messages.ts';
export type { OutputLog } from './entry/output.ts';
export { forScripts, pythonFolder } from './entry/python-environment.ts';
export { startPythonWorker } from './entry/python-worker.ts';
export { createImagePreprocessor, type PreprocessImages } from './images/preprocess-images.ts';
export { type JsonCursor, openJson } from './json/cursor.ts';
export { finishJson, putText, startJson } from './json/output.ts';
export { readMembers } from './json/read-members.ts';
export { readTensor, type ShapedData } from './json/read-tensor.ts';
export { skipValue } from './json/skip-value.ts';
export { putTensor } from './json/write-tensor.ts';
export { checkDeclared } from './models/check-declared.ts';
export { describeSpec } from './models/fit-inputs.ts';
export { type DeclaredSignature, readModelSignature } from './models/read-model-signature.ts';
