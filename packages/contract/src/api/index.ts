export * from './common.ts';
export * from './compute.ts';
export * from './deployment.ts';
export * from './model.ts';
export * from './operation.ts';
export * from './service.ts';
export * from './workspace.ts';
