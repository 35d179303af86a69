import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { entryLanguage, entryScriptProblem, SlipwayError } from '@slipway/contract';
import type { EnvironmentDefinition } from '@slipway/contract/api';

/** An environment that is registered when it is deployed, if it is not yet. */
export interface EnvironmentToRegister {
  /** `name:version`, once it is registered. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly definition: EnvironmentDefinition;
}

/** What a script runs in, and how; what is left out stays, or has its default. */
export interface InferenceChange {
  /** `name`, `name:version`, a registered environment, or one to register. */
  readonly environment?: string | { readonly id: string } | EnvironmentToRegister | undefined;
  /** For a script in Python: absolute path of one on the server's machine, instead of an environment. */
  readonly interpreter?: string | undefined;
  /** A conda file of which an environment is made, under the name of the service. */
  readonly condaFile?: string | undefined;
  /** Results of numpy become JSON; default: they are an error, as on Azure. */
  readonly encodeNumpy?: boolean | undefined;
  /** Processes, or for JavaScript threads, of each replica that run the script; default 1. */
  readonly workers?: number | undefined;
}

export interface InferenceConfigOptions extends InferenceChange {
  /** The script with `init` and `run`, in Python, TypeScript or JavaScript; relative to `sourceDirectory` if that is given, else to the current folder. */
  readonly entryScript: string;
  /** Folder whose files are deployed with the script; without it, the script alone is. */
  readonly sourceDirectory?: string | undefined;
  /** Leaves out what the `.amlignore` of `sourceDirectory` says, or its `.gitignore` if it has none of the other; default: all is sent. */
  readonly useIgnoreFile?: boolean | undefined;
  /** Azure's: `python`, which is what runs in any case. */
  readonly runtime?: string | undefined;
  readonly description?: string | undefined;
}

const RUNTIMES = ['python', 'spark-py'];

/** Which code answers the requests of a service, and in which environment it runs. */
export class InferenceConfig {
  /** The script relative to its folder, with `/`. */
  readonly entryScript: string;
  /** Absolute path of the folder that the script lies in; `null`: only the script is sent. */
  readonly sourceDirectory: string | null;
  /** Whether the ignore file of `sourceDirectory` counts. */
  readonly useIgnoreFile: boolean;
  /** Absolute path of the script. */
  readonly scriptPath: string;
  readonly environment: InferenceConfigOptions['environment'];
  readonly interpreter: string | undefined;
  readonly condaFile: string | undefined;
  readonly encodeNumpy: boolean | undefined;
  readonly workers: number | undefined;
  readonly description: string | undefined;

  /** Throws `invalid_argument` in the words of Azure's SDK: no script, one that is not there, settings that exclude each other. */
  constructor(options: InferenceConfigOptions) {
    checkScript(options.entryScript);
    if (entryLanguage(options.entryScript) === 'javascript') checkNoPython(options);
    checkRunner(options);
    const { sourceDirectory, useIgnoreFile = false } = options;
    if (useIgnoreFile && sourceDirectory === undefined) throw nothingToIgnore();
    const folder = sourceDirectory === undefined ? undefined : resolve(sourceDirectory);
    this.scriptPath = folder === undefined ? resolve(options.entryScript) : join(folder, options.entryScript);
    checkThere(options, folder, this.scriptPath);
    this.sourceDirectory = folder ?? null;
    this.useIgnoreFile = useIgnoreFile;
    this.entryScript =
      folder === undefined
        ? basename(this.scriptPath)
        : options.entryScript.replaceAll('\\', '/').replace(/^\.\//, '');
    this.environment = options.environment;
    this.interpreter = options.interpreter;
    this.condaFile = options.condaFile === undefined ? undefined : resolve(options.condaFile);
    this.encodeNumpy = options.encodeNumpy;
    this.workers = options.workers;
    this.description = options.description;
  }
}

function checkScript(entryScript: string): void {
  if (entryScript === undefined || entryScript === '')
    throw refused('entryScript', 'Error, need to specify entry_script.');
  const problem = entryScriptProblem(entryScript);
  if (problem !== undefined) throw refused('entryScript', problem);
}

/** A script in TypeScript or JavaScript runs in the replica, with the packages of an environment of npm. */
function checkNoPython(options: InferenceConfigOptions): void {
  const { entryScript, runtime, condaFile, interpreter } = options;
  if (options.encodeNumpy === true) {
    throw refused(
      'encodeNumpy',
      `encodeNumpy is about results of Python's numpy, and ${basename(entryScript)} has none. Leave it out.`,
    );
  }
  for (const [field, value] of Object.entries({ runtime, condaFile, interpreter })) {
    if (value === undefined) continue;
    throw refused(
      field,
      `${field} is about Python, and ${basename(entryScript)} runs in the replica itself. Leave it out; packages come from an environment of a package.json.`,
    );
  }
}

function checkRunner({ runtime, condaFile, environment, interpreter }: InferenceConfigOptions): void {
  const beside = Object.entries({ runtime, conda_file: condaFile }).filter(
    ([, value]) => value !== undefined,
  );
  if (environment !== undefined && beside.length > 0) {
    const names = beside.map(([name]) => name).join(', ');
    throw refused('environment', `Error, unable to provide ${names} along with an environment object.`);
  }
  if (interpreter !== undefined && (environment !== undefined || condaFile !== undefined)) {
    throw refused('interpreter', 'An environment has its own interpreter: name one of the two.');
  }
  if (runtime !== undefined && !RUNTIMES.includes(runtime.toLowerCase())) {
    throw refused(
      'runtime',
      `Provided runtime "${runtime}" is not supported. Possible options are: ${RUNTIMES.join(', ')}.`,
    );
  }
  if (runtime?.toLowerCase() === 'spark-py') {
    throw refused(
      'runtime',
      'The runtime "spark-py" is not offered here: Spark would start with every replica. Use "python".',
    );
  }
  if (condaFile !== undefined && !isFile(condaFile)) {
    throw refused('condaFile', `conda_file ${resolve(condaFile)} doesn't exist.`);
  }
}

function checkThere(
  { entryScript }: InferenceConfigOptions,
  folder: string | undefined,
  script: string,
): void {
  if (folder !== undefined && !isFolder(folder)) {
    throw refused('sourceDirectory', `source_directory ${folder} doesn't exist.`);
  }
  if (isFile(script)) return;
  const where = folder === undefined ? `the current folder ${dirname(script)}` : `source_directory ${folder}`;
  throw refused(
    'entryScript',
    `entry_script ${script} doesn't exist. "${entryScript}" is looked for in ${where}: entry_script is relative to source_directory if that is given.`,
  );
}

function nothingToIgnore(): SlipwayError {
  return refused(
    'useIgnoreFile',
    'useIgnoreFile says which files of source_directory are left out, but without source_directory the script alone is sent.',
  );
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

function refused(field: string, message: string): SlipwayError {
  return new SlipwayError('invalid_argument', message, { details: { field } });
}
