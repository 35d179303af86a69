import type { Operation } from '@slipway/contract/api';
import { age } from './format.ts';
import { details, table } from './table.ts';

/** Operations, a line each. */
export function operationTable(operations: readonly Operation[]): string {
  return table(
    operations,
    {
      id: ({ id }) => id,
      kind: ({ kind }) => kind,
      resource: ({ resource }) => resource,
      state: ({ state }) => state,
      age: ({ createdAt }) => age(createdAt),
      message: ({ message }) => message,
    },
    'There are no operations.',
  );
}

/** All of an operation. */
export function operationDetails(operation: Operation): string {
  return details({
    Id: operation.id,
    Kind: operation.kind,
    Resource: operation.resource,
    State: operation.state,
    Percent: operation.percent === null ? undefined : `${Math.round(operation.percent)} %`,
    Message: operation.message,
    Error: operation.error === null ? undefined : `${operation.error.message} (${operation.error.code})`,
    Result: operation.result ?? undefined,
    Created: operation.createdAt,
    Started: operation.startedAt ?? undefined,
    Finished: operation.finishedAt ?? undefined,
  });
}
