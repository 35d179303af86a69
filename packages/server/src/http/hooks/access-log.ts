import type { FastifyReply, FastifyRequest } from 'fastify';

/** One line a request, without its query, headers and bodies: those may hold secrets. */
export async function logAccess(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.log.debug(
    {
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    },
    'request',
  );
}
