import { SlipwayError, toSlipwayError } from '@slipway/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { fieldError } from '../../resources/field-problems.ts';
import { statusOf } from './status.ts';
import { problemsFrom, type SchemaError } from './validation-problems.ts';

/** Seconds after which a client that was turned away may try again. */
const RETRY_AFTER_SECONDS = 1;

/** Answers any error as `{"error": {code, message, details}}`. What nobody expected is logged and not told. */
export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = hasGone(request) ? clientGone(thrown) : slipwayErrorFrom(thrown);
  const status = statusOf(error.code);
  if (status === 500) request.log.error({ err: error.cause ?? error, code: error.code }, error.message);
  if (status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ error: error.code === 'internal' ? internalBody(request.id) : error.toJSON() });
}

/** True if the client closed the connection before its request was complete. */
function hasGone({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

function clientGone(cause: unknown): SlipwayError {
  return new SlipwayError('cancelled', 'The client closed the connection before its request was complete.', {
    cause,
  });
}

function internalBody(requestId: string) {
  return {
    code: 'internal',
    message: `Slipway failed in a way that it should not. The server's log has the details under the request id ${requestId}.`,
  };
}

function slipwayErrorFrom(thrown: unknown): SlipwayError {
  if (!isFastifyError(thrown)) return toSlipwayError(thrown);
  if (thrown.validation !== undefined) {
    const errors = thrown.validation as readonly SchemaError[];
    return fieldError(problemsFrom(errors, thrown.validationContext));
  }
  return fromFastify(thrown) ?? toSlipwayError(thrown);
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && !(thrown instanceof SlipwayError) && 'code' in thrown;
}

function fromFastify(error: FastifyError): SlipwayError | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SlipwayError('payload_too_large', 'The body is larger than this address takes.', {
        cause: error,
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new SlipwayError(
        'unsupported_media_type',
        'The body has another Content-Type than is read here. Send application/json, or application/octet-stream for the bytes of an upload.',
        { cause: error },
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new SlipwayError('invalid_argument', 'The body is empty, but its Content-Type says JSON.', {
        cause: error,
      });
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new SlipwayError('invalid_argument', 'The body has another length than Content-Length says.', {
        cause: error,
      });
    case 'FST_ERR_BAD_URL':
      return new SlipwayError('invalid_argument', 'The address is not well encoded.', { cause: error });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new SlipwayError('not_found', 'There is nothing at this address.', { cause: error });
    default:
      return undefined;
  }
}
