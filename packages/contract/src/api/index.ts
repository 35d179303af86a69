export * from './common.ts';
export * from './compute.ts';
export * from './deployment.ts';
export * from './model.ts';
export * from './model-signature.ts';
export * from './operation.ts';
export { parseModelSignature, parseModelSignatureText } from './parse-model-signature.ts';
export * from './service.ts';
export * from './workspace.ts';
