import { join } from 'node:path';
import { entryLanguage, modelId, type ReplicaEntry, SlipwayError } from '@slipway/contract';
import type { Manifests } from '@slipway/oci';
import type { Environments } from '../environments/environments.ts';
import type { HomePaths } from '../home/home-paths.ts';
import type { OperationContext } from '../operations/operation-context.ts';
import { FOLDER_ANNOTATION } from '../resources/models/folder-annotation.ts';
import type { ModelVersion, RevisionScript } from '../store/collections.ts';
import type { ReplicaOrder } from '../targets/replica-order.ts';
import { findPython, requireInterpreter } from './find-python.ts';

export interface PlacementDeps {
  readonly home: HomePaths;
  readonly manifests: Pick<Manifests, 'checkout' | 'readModel'>;
  readonly environments: Environments;
  /** Where an interpreter is looked for that nobody named. */
  readonly searchPath: string;
}

/** What of an order a script needs. */
export type ScriptOrder = Pick<ReplicaOrder, 'service' | 'revision' | 'models' | 'config'>;

/**
 * Puts the sources, the models and the environment of a script in place, each verified; does nothing for what is there. A model
 * lies in `<name>/<version>/`, in a folder of its own name if it was registered from one, as on Azure. Throws `not_found`,
 * `corrupt`, `storage_full`, and what `environmentFor` throws.
 */
export async function placeScript(
  deps: PlacementDeps,
  order: ScriptOrder,
  script: RevisionScript,
  context: Pick<OperationContext, 'report' | 'signal'>,
): Promise<ReplicaEntry> {
  const { home, manifests } = deps;
  const sourceDir = home.source(script.digest);
  const modelsDir = home.scriptModels(order.service.uid, order.revision);
  await context.report({ message: `Putting the script ${script.entryScript} in place.` });
  await manifests.checkout(script.digest, sourceDir);
  for (const model of order.models) {
    await context.report({ message: `Putting model ${modelId(model.name, model.version)} in place.` });
    await placeModel(manifests, model, modelsDir);
  }
  return {
    language: entryLanguage(script.entryScript),
    sourceDir,
    script: script.entryScript,
    ...(await runnerOf(deps, order.service.workspace, script, context)),
    heapMb: heapMb(order.config.memoryGbLimit, script.workers),
    workers: script.workers,
    modelsDir,
    encodeNumpy: script.encodeNumpy,
    // `init` may take as long as the rollout that waits for it.
    startTimeoutMs: order.config.rolloutTimeoutSeconds * 1000,
  };
}

async function placeModel(
  manifests: PlacementDeps['manifests'],
  { name, version, digest }: ModelVersion,
  modelsDir: string,
): Promise<void> {
  const { annotations } = await manifests.readModel(digest);
  await manifests.checkout(
    digest,
    join(modelsDir, name, String(version), annotations[FOLDER_ANNOTATION] ?? ''),
  );
}

type Runner = Pick<ReplicaEntry, 'interpreter' | 'packagesDir' | 'env'>;

/** What a script runs in: a Python, or for JavaScript the replica itself with the packages of an environment. */
async function runnerOf(
  deps: PlacementDeps,
  workspace: string,
  script: RevisionScript,
  context: Pick<OperationContext, 'report' | 'signal'>,
): Promise<Runner> {
  const { environment } = script;
  const ready =
    environment === null
      ? undefined
      : await deps.environments.environmentFor(workspace, environment, context);
  if (entryLanguage(script.entryScript) === 'javascript') {
    if (ready !== undefined && ready.interpreter !== null) throw wrongEnvironment(environment, 'Python');
    return { interpreter: null, packagesDir: ready?.sitePath ?? null, env: ready?.env ?? {} };
  }
  if (ready === undefined) return { interpreter: await pythonOf(deps, script), packagesDir: null, env: {} };
  if (ready.interpreter === null) throw wrongEnvironment(environment, 'JavaScript');
  return { interpreter: ready.interpreter, packagesDir: null, env: ready.env };
}

function pythonOf({ searchPath }: PlacementDeps, { interpreter }: RevisionScript): Promise<string> {
  return interpreter === null ? findPython(searchPath) : requireInterpreter(interpreter);
}

/** The share of each worker in the memory that a replica may have, in megabytes; `null` where nothing is said. */
function heapMb(memoryGbLimit: number | null | undefined, workers: number): number | null {
  if (memoryGbLimit === null || memoryGbLimit === undefined) return null;
  return Math.max(1, Math.floor((memoryGbLimit * 1000) / workers));
}

function wrongEnvironment(environment: string | null, holds: 'Python' | 'JavaScript'): SlipwayError {
  const [script, wanted] =
    holds === 'Python' ? ['JavaScript', 'packages of a package.json'] : ['Python', 'Python'];
  return new SlipwayError(
    'invalid_argument',
    `The environment ${environment} holds packages of ${holds}, and the script is in ${script}. Name an environment with ${wanted}.`,
    { details: { field: 'inferenceConfig.environment' } },
  );
}
