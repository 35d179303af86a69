export { composePipeline, type PipelineParts } from './pipeline/compose-pipeline.ts';
export { openPipeline } from './pipeline/open-pipeline.ts';
export type { Aliases, Pipeline, Preprocessing } from './pipeline/pipeline.ts';
export { type SavePipelineOptions, savePipeline } from './pipeline/save-pipeline.ts';
