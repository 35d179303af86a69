import { errorFromBody, SlipwayError, toSlipwayError } from '@slipway/contract';
import type { ScriptOrder } from '../../placement/place-script.ts';
import type { Fleet } from '../../reconcile/fleet.ts';
import { revisionGoal } from '../../reconcile/goal.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { firstReplicas } from '../../resources/services/config.ts';
import { revisionKey } from '../../resources/services/revisions.ts';
import type { RevisionRecord, RevisionScript, ServiceRecord } from '../../store/collections.ts';
import type { Store } from '../../store/store.ts';
import { cancelledByRequest, type OperationContext, type OperationHandler } from '../operation-context.ts';
import { changesOf } from './changes.ts';
import { createRolloutReporter } from './rollout-reporter.ts';

/** Percent of a deployment that is done when the models are in place; the rest is shared by the replicas. */
const PREPARED_PERCENT = 10;

export interface DeployDeps {
  readonly store: Store;
  readonly reconciler: Reconciler;
  readonly fleet: Pick<Fleet, 'applyAuth'>;
  /** Makes the folder of a model, verified; does nothing if it is there. */
  readonly checkout: (digest: string) => Promise<void>;
  /** Puts in place what a script needs; what is there is left alone. */
  readonly placeScript: (
    order: ScriptOrder,
    script: RevisionScript,
    context: Pick<OperationContext, 'report' | 'signal'>,
  ) => Promise<unknown>;
}

interface Deployed {
  readonly service: ServiceRecord;
  readonly revision: RevisionRecord;
}

/** Deploys a revision: the handler of first deployments, updates and rollbacks. */
export function createDeployHandler(deps: DeployDeps): OperationHandler {
  return async (context) => {
    const first = await requireDeployed(deps, context);
    const { name } = first.service;
    const { number, status } = first.revision;
    const healthy = `Revision ${number} of ${name} is healthy.`;
    if (status === 'active') return healthy;
    if (context.operation.revision === null) {
      return `${name} has its new description, tags and properties; its revision ${number} is ${status} as before.`;
    }
    try {
      await prepare(deps, context, first);
      await follow(deps, context, first.service.uid);
      return healthy;
    } catch (thrown) {
      if (context.signal.aborted) return await end(deps, context, first);
      await fail(deps, first, toSlipwayError(thrown));
      throw thrown;
    }
  };
}

async function prepare(
  deps: DeployDeps,
  context: OperationContext,
  { service, revision }: Deployed,
): Promise<void> {
  const { fleet, reconciler } = deps;
  const { report } = context;
  await report({ percent: 0, message: `Deploying revision ${revision.number} of ${service.name}.` });
  await placeFiles(deps, context, service, revision);
  await fleet.applyAuth(service.name).catch(async (thrown: unknown) => {
    // A replica that does not answer is about to be replaced, and reads its key file when it does.
    await report({ level: 'warn', message: toSlipwayError(thrown).message });
  });
  const isScaled = revision.config.autoscaler != null && revision.number > 1;
  await report({ percent: PREPARED_PERCENT, message: startingMessage(revision, isScaled) });
  await reconciler.wake(service.name);
}

/** An update of a service that is scaled begins with as many replicas as the load has come to. */
function startingMessage({ config }: RevisionRecord, isScaled: boolean): string {
  if (isScaled) return 'Starting as many replicas as the load needs.';
  const numReplicas = firstReplicas(config);
  return `Starting ${numReplicas} ${numReplicas === 1 ? 'replica' : 'replicas'}.`;
}

async function placeFiles(
  { checkout, placeScript }: DeployDeps,
  context: OperationContext,
  service: ServiceRecord,
  { number, models, script, config }: RevisionRecord,
): Promise<void> {
  if (script !== undefined) {
    await placeScript({ service, revision: number, models, config }, script, context);
    return;
  }
  for (const { name, version, digest } of models) {
    await context.report({ message: `Putting model ${name}:${version} in place.` });
    await checkout(digest);
  }
}

/** Returns when the revision is active. Throws the reason when it failed or something took its place. */
async function follow(deps: DeployDeps, context: OperationContext, uid: string): Promise<void> {
  const { reconciler } = deps;
  const first = await requireDeployed(deps, context);
  const { name } = first.service;
  const reporter = createRolloutReporter(context.report, PREPARED_PERCENT);
  for await (const _ of changesOf(reconciler, name, context.signal)) {
    const { service, revision } = await requireDeployed(deps, context, uid);
    const live = reconciler.live(name);
    if (live !== undefined) await reporter.report(live, revisionGoal(revision));
    if (revision.status === 'active' || revision.status === 'superseded') return;
    if (revision.status === 'failed') {
      throw errorFromBody(revision.error ?? { code: 'internal', message: 'No reason was noted.' });
    }
    if (service.revision !== revision.number) {
      throw new SlipwayError('cancelled', `Revision ${service.revision} took its place.`);
    }
  }
  throw context.signal.reason;
}

/** What is deployed. Throws `cancelled` if its service is gone or going. */
async function requireDeployed(
  { store }: DeployDeps,
  { operation }: OperationContext,
  uid?: string,
): Promise<Deployed> {
  const name = operation.resource.slice('services/'.length);
  return await store.read(async (reader) => {
    const service = (await reader.get('services', name))?.value;
    if (service === undefined || service.deleting || (uid !== undefined && service.uid !== uid)) {
      throw new SlipwayError('cancelled', `The service ${name} is being deleted.`);
    }
    const number = operation.revision ?? service.revision;
    const revision = (await reader.get('revisions', revisionKey(service.uid, number)))?.value;
    if (revision !== undefined) return { service, revision };
    throw new SlipwayError('cancelled', `Revision ${number} of ${name} belongs to a service that is gone.`);
  });
}

/** The server ends: leave everything as it is. Somebody cancelled: back to what was active. */
async function end(deps: DeployDeps, { signal }: OperationContext, deployed: Deployed): Promise<never> {
  const reason: unknown = signal.reason;
  if (!(reason instanceof SlipwayError)) throw reason;
  await fail(deps, deployed, cancelledByRequest());
  throw reason;
}

/** Notes the reason at the revision, unless it has ended by itself. */
async function fail(deps: DeployDeps, { service, revision }: Deployed, error: SlipwayError): Promise<void> {
  const key = revisionKey(service.uid, revision.number);
  const now = (await deps.store.read((reader) => reader.get('revisions', key)))?.value;
  if (now?.status === 'pending') await deps.reconciler.records.fail(service, revision.number, error.toJSON());
  await deps.reconciler.wake(service.name);
}
