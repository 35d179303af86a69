import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchModel, BatchScript, BatchSpec } from '@slipway/contract';
import { type InputListing, walkFiles } from '../inputs/list-input.ts';
import type { BatchSettings } from '../settings/settings.ts';

/** What decides which results a job has: with any other, it is another job. */
export interface JobIdentity {
  readonly input: string;
  readonly inputFormat: string;
  readonly miniBatchSize: number;
  readonly script: string | null;
  readonly models: string;
  readonly outputAction: string;
  readonly appendRowFileName: string;
  /** Absent: the CPU. */
  readonly executionProviders?: string | undefined;
}

/** What each part is called when it is another than it was. */
const PARTS: Readonly<Record<keyof Required<JobIdentity>, string>> = {
  input: 'the input (a file of it is new, gone, or has another size or time of change)',
  inputFormat: 'inputFormat',
  miniBatchSize: 'miniBatchSize',
  script: 'the script, or a file of its folder',
  models: 'a model',
  outputAction: 'outputAction',
  appendRowFileName: 'appendRowFileName',
  executionProviders: 'executionProviders',
};

/** Looks at all that a job reads. Throws `not_found`. */
export async function identityOf(
  spec: BatchSpec,
  settings: BatchSettings,
  listing: InputListing,
): Promise<JobIdentity> {
  const { format, digest } = listing;
  const { miniBatchSize, outputAction, appendRowFileName } = settings;
  const leftOut = new Set([spec.output, spec.input, ...spec.models.map(({ path }) => path)]);
  return {
    input: digest,
    inputFormat: format,
    miniBatchSize: format === 'files' ? miniBatchSize.files : miniBatchSize.bytes,
    script: spec.script === null ? null : await digestOfScript(spec.script, leftOut),
    models: await digestOfModels(spec.models),
    outputAction,
    appendRowFileName,
    executionProviders: spec.accelerator?.providers.join(),
  };
}

/** The names of the parts that differ. */
export function differences(one: JobIdentity, other: JobIdentity): readonly string[] {
  return Object.entries(PARTS)
    .filter(([key]) => one[key as keyof JobIdentity] !== other[key as keyof JobIdentity])
    .map(([, name]) => name);
}

async function digestOfScript(
  { sourceDir, script, isWholeFolder }: BatchScript,
  leftOut: ReadonlySet<string>,
): Promise<string> {
  const hash = createHash('sha256').update(`${script}\0`);
  for await (const { path, name } of walkFiles(
    isWholeFolder ? sourceDir : join(sourceDir, script),
    leftOut,
  )) {
    if (/(?:^|\/)__pycache__\//.test(name)) continue;
    hash.update(`${name}\0`);
    for await (const chunk of createReadStream(path)) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Models may have many gigabytes, so their files are known by size and time of change. */
async function digestOfModels(models: readonly BatchModel[]): Promise<string> {
  const hash = createHash('sha256');
  for (const model of models) {
    hash.update(`${model.name}:${model.version}\n`);
    for await (const { path, name } of walkFiles(model.path, new Set())) {
      const { size, mtimeNs } = await stat(path, { bigint: true });
      hash.update(`${name}\0${size}\0${mtimeNs}\n`);
    }
  }
  return hash.digest('hex');
}
