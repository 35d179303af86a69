import { join } from 'node:path';
import { modelId, type ReplicaEntry, SlipwayError } from '@slipway/contract';
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
    language: 'python',
    sourceDir,
    script: script.entryScript,
    ...(await runnerOf(deps, order.service.workspace, script, context)),
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

async function runnerOf(
  { environments, searchPath }: PlacementDeps,
  workspace: string,
  { environment, interpreter }: RevisionScript,
  context: Pick<OperationContext, 'report' | 'signal'>,
): Promise<Pick<ReplicaEntry, 'interpreter' | 'env'>> {
  if (environment === null) {
    const python =
      interpreter === null ? await findPython(searchPath) : await requireInterpreter(interpreter);
    return { interpreter: python, env: {} };
  }
  const ready = await environments.environmentFor(workspace, environment, context);
  if (ready.interpreter === null) throw noPython(environment);
  return { interpreter: ready.interpreter, env: ready.env };
}

function noPython(environment: string): SlipwayError {
  return new SlipwayError(
    'invalid_argument',
    `The environment ${environment} holds packages of JavaScript, and the script is in Python. Name an environment with Python.`,
    { details: { field: 'inferenceConfig.environment' } },
  );
}
