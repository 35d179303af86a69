// What batch scoring shares with replicas: workers for scripts, engines, images, and tensors as JSON.
export { finishingSession } from './detection/finishing-session.ts';
export { loadSession } from './detection/load-session.ts';
export type { Engine, EngineSession, ModelFacts } from './engines/engine.ts';
export { openEngine } from './engines/open-engine.ts';
export type { EntryWorker } from './entry/entry-worker.ts';
export { startThreadWorker } from './entry/javascript/thread-worker.ts';
export type { OutputStream } from './entry/messages.ts';
export type { OutputLog } from './entry/output.ts';
export { forScripts, pythonFolder } from './entry/python-environment.ts';
export { startPythonWorker } from './entry/python-worker.ts';
export { killGroup } from './entry/worker-end.ts';
export {
  createImagePreprocessor,
  FILE_IMAGE_LIMITS,
  type PreprocessImages,
} from './images/preprocess-images.ts';
export { type JsonCursor, openJson } from './json/cursor.ts';
export { finishJson, putText, startJson } from './json/output.ts';
export { readMembers } from './json/read-members.ts';
export { readTensor, type ShapedData } from './json/read-tensor.ts';
export { skipValue } from './json/skip-value.ts';
export { putTensor } from './json/write-tensor.ts';
export { checkDeclared } from './models/check-declared.ts';
export { describeSpec } from './models/fit-inputs.ts';
export { type DeclaredSignature, readModelSignature } from './models/read-model-signature.ts';
export { firstRun } from './models/warm-up.ts';
