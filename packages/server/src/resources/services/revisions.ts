import { SlipwayError } from '@slipway/contract';
import type { DeploymentConfig, Revision } from '@slipway/contract/api';
import type { RevisionRecord, ServiceRecord } from '../../store/collections.ts';
import type { Reader, Stored, Writer } from '../../store/store.ts';
import { scriptView } from './script.ts';

/** What a revision is made of. */
export interface RevisionPlan {
  readonly models: RevisionRecord['models'];
  readonly selections?: RevisionRecord['selections'];
  readonly script?: RevisionRecord['script'];
  readonly config: DeploymentConfig;
}

/** Where a revision is kept. */
export function revisionKey(serviceUid: string, number: number): string {
  return `${serviceUid}/${number}`;
}

/** Throws `not_found`. */
export async function requireRevision(
  reader: Reader,
  service: Pick<ServiceRecord, 'uid' | 'name'>,
  number: number,
): Promise<RevisionRecord> {
  const found = await reader.get('revisions', revisionKey(service.uid, number));
  if (found !== undefined) return found.value;
  throw new SlipwayError('not_found', `The service "${service.name}" has no revision ${number}.`, {
    details: { field: 'revision', revision: number },
  });
}

/** Adds a revision after all that the service ever had, and returns its number. */
export async function addRevision(writer: Writer, serviceUid: string, plan: RevisionPlan): Promise<number> {
  const [newest] = await writer.list('revisions', { where: { serviceUid }, order: 'newest', limit: 1 });
  const number = (newest?.value.number ?? 0) + 1;
  const record: RevisionRecord = {
    serviceUid,
    number,
    status: 'pending',
    models: plan.models,
    ...(plan.selections !== undefined && { selections: plan.selections }),
    ...(plan.script !== undefined && { script: plan.script }),
    config: plan.config,
    error: null,
    createdAt: new Date().toISOString(),
  };
  await writer.put('revisions', revisionKey(serviceUid, number), record, 'absent');
  return number;
}

/** The revision as the API shows it. */
export function revisionView(service: string, { value }: Stored<RevisionRecord>): Revision {
  const { serviceUid: _uid, models, selections, script, ...shown } = value;
  return {
    ...shown,
    ...(selections !== undefined && { selections: [...selections] }),
    inferenceConfig: scriptView(script),
    service,
    models: models.map(({ name, version }) => `${name}:${version}`),
  };
}
