import type { Operation } from '@slipway/contract/api';
import type { FastifyReply } from 'fastify';
import { operationView } from '../resources/operations/operations.ts';
import type { OperationRecord } from '../store/collections.ts';
import type { Stored } from '../store/store.ts';

/** An answer as plain data, so that it can be kept and given again. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A resource with its etag. */
export function resource(status: number, body: { readonly etag: string }): Answer {
  return { status, headers: { etag: `"${body.etag}"` }, body };
}

/** Work that has begun, and where to ask about it. */
export function accepted(operation: Stored<OperationRecord>): Answer {
  const body: Operation = operationView(operation);
  return {
    status: 202,
    headers: {
      etag: `"${body.etag}"`,
      'operation-location': `/api/v1/workspaces/${body.workspace}/operations/${body.id}`,
    },
    body,
  };
}

export function noContent(): Answer {
  return { status: 204, headers: {}, body: undefined };
}

/** Sends an answer. */
export function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
