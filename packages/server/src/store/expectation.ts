import { SlipwayError } from '@slipway/contract';
import type { CollectionName } from './collections.ts';
import type { Expectation } from './store.ts';

const NOUNS: Readonly<Record<CollectionName, string>> = {
  workspaces: 'workspace',
  models: 'model',
  modelCounters: 'model counter',
  environments: 'environment',
  environmentCounters: 'environment counter',
  computes: 'compute target',
  services: 'service',
  serviceStatus: 'service status',
  revisions: 'revision',
  operations: 'operation',
  operationLog: 'operation log line',
  events: 'event',
  idempotency: 'idempotency key',
  signingKeys: 'signing key',
};

/** Throws `already_exists` or `precondition_failed` if a value that now has `etag` (`undefined`: is not there) is not as expected. */
export function checkExpectation(
  collection: CollectionName,
  id: string,
  etag: string | undefined,
  expect: Expectation | undefined,
): void {
  if (expect === undefined) return;
  const subject = `The ${NOUNS[collection]} "${id}"`;
  if (expect === 'absent') {
    if (etag === undefined) return;
    throw new SlipwayError('already_exists', `${subject} exists already.`, { details: { id } });
  }
  if (etag === expect.etag) return;
  const state = etag === undefined ? 'is gone' : 'has changed since it was read';
  throw new SlipwayError('precondition_failed', `${subject} ${state}. Read it again and repeat the change.`, {
    details: { id, expected: expect.etag, actual: etag ?? null },
  });
}
