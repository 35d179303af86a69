import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ReplicaEntry, type ReplicaSpec, SlipwayError } from '@slipway/contract';

/** Where the Python side lies: in this package where it was packed, else in the repository. */
const PYTHON_FOLDERS = ['../../python', '../../../../python'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** The server's own settings, secrets among them, and those of its Node. */
const NOT_FOR_SCRIPTS = /^(?:SLIPWAY_|NODE_|PYTHONPATH$|PYTHONHOME$)/;

/** Address of the service behind the gateway, as scripts and their documents know it. */
const PREFIX = 'api/v1/service/';

/** What a script is told: its entry, and what of the spec it may know. */
export type EntrySpec = Pick<
  ReplicaSpec,
  'service' | 'workspace' | 'replicaId' | 'revision' | 'models' | 'limits' | 'corsOrigins' | 'collection'
> & { readonly entry: ReplicaEntry };

/** The folder that the module `slipway_entry` is imported from. Throws `internal` if it was not installed. */
export function pythonFolder(): string {
  const found = PYTHON_FOLDERS.find((folder) => existsSync(join(folder, 'slipway_entry', '__main__.py')));
  if (found !== undefined) return found;
  throw new SlipwayError(
    'internal',
    `The Python side of the runtime is missing: none of ${PYTHON_FOLDERS.join(', ')} is there.`,
  );
}

/** The environment of a Python script. */
export function pythonEnvironment(spec: EntrySpec, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const { entry } = spec;
  return {
    ...scriptEnvironment(spec, inherited),
    PYTHONPATH: [pythonFolder(), entry.env['PYTHONPATH']].filter(Boolean).join(delimiter),
    SLIPWAY_ENCODE_NUMPY: entry.encodeNumpy ? '1' : '0',
  };
}

/** The environment of a script, with the names that Azure's containers have; its entry's own win. */
export function scriptEnvironment(spec: EntrySpec, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const { entry, limits } = spec;
  return {
    ...forScripts(inherited),
    AML_APP_ROOT: entry.sourceDir,
    AML_APP_INSIGHTS_ENABLED: 'false',
    AML_CORS_ORIGINS: (spec.corsOrigins ?? []).join(','),
    AML_MODEL_DC_STORAGE_ENABLED: String(Boolean(spec.collection)),
    AZUREML_ENTRY_SCRIPT: entry.script,
    AZUREML_LOG_LEVEL: 'INFO',
    AZUREML_MODEL_DIR: modelDir(spec),
    HOSTNAME: spec.replicaId,
    SCORING_TIMEOUT_MS: String(limits.scoringTimeoutMs),
    SERVICE_NAME: spec.service,
    SERVICE_PATH_PREFIX: PREFIX + spec.service,
    SERVICE_VERSION: '1.0',
    WORKER_COUNT: String(entry.workers),
    WORKER_PRELOAD: 'false',
    WORKER_TIMEOUT: String(Math.ceil(limits.scoringTimeoutMs / 1000)),
    WORKSPACE_NAME: spec.workspace,
    ...entry.env,
  };
}

/** One model: its own folder; otherwise the folder with those of all. */
export function modelDir({ models, entry }: EntrySpec): string {
  const [only, ...others] = models;
  if (only === undefined || others.length > 0) return entry.modelsDir;
  return join(entry.modelsDir, only.name, String(only.version));
}

/** What of an inherited environment a script may see. */
export function forScripts(inherited: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inherited).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !NOT_FOR_SCRIPTS.test(entry[0]),
    ),
  );
}
