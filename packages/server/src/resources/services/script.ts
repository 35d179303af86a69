import { entryLanguage } from '@slipway/contract';
import type { InferenceChoice, InferenceConfig } from '@slipway/contract/api';
import type { ContentStore } from '@slipway/oci';
import type { RevisionScript } from '../../store/collections.ts';
import type { Reader } from '../../store/store.ts';
import { environmentId, findEnvironment } from '../environments/find.ts';
import { fieldError } from '../field-problems.ts';

/** Sources that are in the store as one manifest. */
export type PackedSources = Pick<RevisionScript, 'files' | 'digest'>;

/**
 * Packs the sources that a request brings, before its transaction, as the files of a model are: every blob is there then, and
 * kept from being collected. `undefined` if it brings none. Throws `conflict` with `details.missing`, `invalid_argument`.
 */
export async function packSources(
  { manifests }: Pick<ContentStore, 'manifests'>,
  choice: InferenceChoice | undefined,
): Promise<PackedSources | undefined> {
  if (choice?.files === undefined) return undefined;
  const { digest } = await manifests.packModel({ files: choice.files });
  return { files: choice.files, digest };
}

/**
 * The script that a request asks for: what it leaves out stays as it was `before`, or has its default. An environment takes
 * the place of an interpreter, and the other way round. Throws `invalid_argument` where there would be no script or no sources.
 */
export function planScript(
  choice: InferenceChoice | undefined,
  sources: PackedSources | undefined,
  before?: RevisionScript,
): RevisionScript | undefined {
  if (choice === undefined) return before;
  if (choice.entryScript === null) return undefined;
  const entryScript = choice.entryScript ?? before?.entryScript;
  const { files, digest } = sources ?? before ?? {};
  if (entryScript === undefined || files === undefined || digest === undefined) {
    throw fieldError([
      entryScript === undefined
        ? { field: 'inferenceConfig.entryScript', message: 'is missing: Error, need to specify entry_script' }
        : { field: 'inferenceConfig.files', message: 'is missing: the sources of the script' },
    ]);
  }
  // What one language runs in is nothing for the other.
  const alike = isOfLanguage(before, entryScript) ? before : undefined;
  return {
    entryScript,
    files,
    digest,
    ...runnerOf(choice, alike),
    encodeNumpy: choice.encodeNumpy ?? alike?.encodeNumpy ?? false,
    workers: choice.workers ?? before?.workers ?? 1,
  };
}

function isOfLanguage(before: RevisionScript | undefined, entryScript: string): boolean {
  return before !== undefined && entryLanguage(before.entryScript) === entryLanguage(entryScript);
}

/** Naming one of the two takes the place of the other. */
function runnerOf(
  { environment, interpreter }: InferenceChoice,
  before: RevisionScript | undefined,
): Pick<InferenceConfig, 'environment' | 'interpreter'> {
  const nothingSaid = environment === undefined && interpreter === undefined;
  if (nothingSaid && before !== undefined) {
    return { environment: before.environment, interpreter: before.interpreter };
  }
  return { environment: environment ?? null, interpreter: interpreter ?? null };
}

/** The script in the version of its environment that is meant now, so that all replicas run in the same. Throws `not_found`. */
export async function pinEnvironment(
  reader: Reader,
  workspace: string,
  script: RevisionScript | undefined,
): Promise<RevisionScript | undefined> {
  if (script === undefined || script.environment === null) return script;
  const field = 'inferenceConfig.environment';
  const { value } = await findEnvironment(reader, workspace, script.environment, field);
  return { ...script, environment: environmentId(value) };
}

/** The script as the API shows it. */
export function scriptView(script: RevisionScript | undefined): InferenceConfig | null {
  if (script === undefined) return null;
  const { digest: _digest, ...shown } = script;
  return shown;
}
