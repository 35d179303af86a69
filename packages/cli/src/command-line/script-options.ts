import { SlipwayError } from '@slipway/contract';
import { type InferenceChange, InferenceConfig, type InferenceConfigOptions } from '@slipway/sdk';
import { readInferenceFile } from './inference-file.ts';

/** The options that say which script answers the requests of a service, and what it runs in. */
export interface ScriptFlags {
  readonly inferenceConfig?: string | undefined;
  /** `false`: without one from now on. */
  readonly entryScript?: string | boolean | undefined;
  readonly sourceDir?: string | undefined;
  readonly useIgnoreFile?: boolean | undefined;
  readonly environment?: string | undefined;
  readonly condaFile?: string | undefined;
  readonly python?: string | undefined;
  readonly workers?: number | undefined;
  readonly encodeNumpy?: boolean | undefined;
}

/**
 * The script that file and options ask for, the options first; `null` if there is to be none, `undefined` if nothing is said.
 * `note` hears what of the file has no meaning here. Throws `invalid_argument`, `not_found`.
 */
export async function inferenceConfig(
  flags: ScriptFlags,
  note: (text: string) => void,
): Promise<InferenceConfig | InferenceChange | null | undefined> {
  if (flags.entryScript === false) return null;
  const file =
    flags.inferenceConfig === undefined ? undefined : await readInferenceFile(flags.inferenceConfig);
  for (const text of file?.notes ?? []) note(text);
  const { entryScript, sourceDirectory, useIgnoreFile, ...change } = {
    ...withoutRunner(file?.options, flags),
    ...given(flags),
  };
  if (entryScript !== undefined) {
    return new InferenceConfig({ entryScript, sourceDirectory, useIgnoreFile, ...change });
  }
  if (sourceDirectory !== undefined || useIgnoreFile || file !== undefined) throw scriptMissing();
  return Object.keys(change).length === 0 ? undefined : change;
}

function given(flags: ScriptFlags): Partial<InferenceConfigOptions> {
  const options = {
    entryScript: typeof flags.entryScript === 'string' ? flags.entryScript : undefined,
    sourceDirectory: flags.sourceDir,
    useIgnoreFile: flags.useIgnoreFile,
    environment: flags.environment,
    condaFile: flags.condaFile,
    interpreter: flags.python,
    workers: flags.workers,
    encodeNumpy: flags.encodeNumpy,
  };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** An option that says what the script runs in takes the place of all that the file says of it. */
function withoutRunner(
  options: Partial<InferenceConfigOptions> = {},
  { environment, condaFile, python }: ScriptFlags,
): Partial<InferenceConfigOptions> {
  if ([environment, condaFile, python].every((one) => one === undefined)) return options;
  const {
    environment: _environment,
    condaFile: _file,
    interpreter: _python,
    runtime: _runtime,
    ...rest
  } = options;
  return rest;
}

function scriptMissing(): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    'Error, need to specify entry_script. Name it with --entry-script, or as "entryScript" in the inference configuration file.',
    { details: { field: 'entryScript' } },
  );
}
