import type { Readable } from 'node:stream';
import { namePattern } from '@slipway/contract';
import { ErrorResponse } from '@slipway/contract/api';
import Type from 'typebox';

/** What every route may answer beside its own. */
export const errors = { '4xx': ErrorResponse, '5xx': ErrorResponse } as const;

/** An answer that is streamed. */
export const Streamed = Type.Unsafe<Readable>({ type: 'string' });

/** An answer without a body. */
export const NoContent = Type.Unsafe<undefined>({ type: 'null' });

export const WorkspaceParams = Type.Object({ ws: Type.String({ pattern: namePattern('workspace') }) });

export const ServiceParams = Type.Object({
  ws: Type.String({ pattern: namePattern('workspace') }),
  name: Type.String({ pattern: namePattern('service') }),
});

export const ModelParams = Type.Object({
  ws: Type.String({ pattern: namePattern('workspace') }),
  id: Type.String({ description: 'name:version, or name for the newest version', maxLength: 300 }),
});

export const EnvironmentParams = Type.Object({
  ws: Type.String({ pattern: namePattern('workspace') }),
  id: Type.String({ description: 'name:version, or name for the newest version', maxLength: 300 }),
});

export const OperationParams = Type.Object({
  ws: Type.String({ pattern: namePattern('workspace') }),
  id: Type.String({ pattern: '^[a-zA-Z0-9_-]{1,64}$' }),
});

/** The same query, but a parameter that is not known is refused: a filter with a slip of the pen would find too much. */
export function strict<P extends Type.TProperties>(query: { readonly properties: P }): Type.TObject<P> {
  return Type.Object(query.properties, { additionalProperties: false });
}

/** A header of a request in the OpenAPI document; the rule itself reads it. */
export const IdempotencyHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({ description: 'The same key with the same body gets the first answer again.' }),
  ),
});

export const IfMatchHeaders = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag that the resource must have, in quotation marks.' }),
  ),
});
