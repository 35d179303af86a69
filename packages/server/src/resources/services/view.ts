import { randomSeeds, randomWeightsOf } from '@slipway/contract';
import type { DeploymentConfig, Service, ServiceEvent, ServiceState } from '@slipway/contract/api';
import type {
  EventRecord,
  RevisionRecord,
  ServiceRecord,
  ServiceStatusRecord,
} from '../../store/collections.ts';
import type { Reader, Stored } from '../../store/store.ts';
import { firstReplicas } from './config.ts';
import { withCurrentVersions } from './current-versions.ts';
import { requireRevision } from './revisions.ts';
import { scriptView } from './script.ts';

/** All that a service's view is made of. */
export interface ServiceParts {
  readonly service: Stored<ServiceRecord>;
  readonly revision: RevisionRecord;
  readonly status: ServiceStatusRecord | undefined;
}

/** Reads a service's parts at one moment. */
export async function readServiceParts(
  reader: Reader,
  service: Stored<ServiceRecord>,
): Promise<ServiceParts> {
  const { workspace } = service.value;
  const asked = await requireRevision(reader, service.value, service.value.revision);
  const revision = await withCurrentVersions(reader, workspace, asked);
  const status = await reader.get('serviceStatus', service.value.name);
  // A service made again under the same name starts without the status of the one before.
  const own = status?.value.uid === service.value.uid ? status.value : undefined;
  return { service, revision, status: own };
}

/** The service as the API shows it. */
export function serviceView({ service, revision, status }: ServiceParts, gatewayUrl: string): Service {
  const {
    uid,
    keys: _keys,
    authGeneration: _generation,
    takenOver: _taken,
    deleting,
    ...shown
  } = service.value;
  const base = `${gatewayUrl}/api/v1/service/${shown.name}`;
  return {
    ...shown,
    id: uid,
    computeType: 'Local',
    state: stateOf(deleting, status),
    error: status?.error ?? null,
    scoringUri: `${base}/score`,
    swaggerUri: `${base}/swagger.json`,
    models: revision.models.map(({ name, version }) => `${name}:${version}`),
    randomWeights: randomSeeds(randomWeightsOf(revision.models.map(({ weights }) => weights))),
    ...(revision.selections !== undefined && { selections: [...revision.selections] }),
    inferenceConfig: scriptView(revision.script),
    config: revision.config,
    activeRevision: status?.activeRevision ?? null,
    replicas: { desired: desiredReplicas(revision.config, status), ready: status?.readyReplicas ?? 0 },
    lastScaling: revision.config.autoscaler == null ? null : (status?.scaling?.last ?? null),
    etag: service.etag,
  };
}

function desiredReplicas(config: DeploymentConfig, status: ServiceStatusRecord | undefined): number {
  const scaled = config.autoscaler == null ? undefined : status?.scaling?.replicas;
  return scaled ?? firstReplicas(config);
}

function stateOf(deleting: boolean, status: ServiceStatusRecord | undefined): ServiceState {
  return deleting ? 'Deleting' : (status?.state ?? 'Transitioning');
}

/** The event as the API shows it. */
export function eventView({ value, sequence }: Stored<EventRecord>): ServiceEvent {
  const { serviceUid: _uid, ...shown } = value;
  return { sequence, ...shown };
}
