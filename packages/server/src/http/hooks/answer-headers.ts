import type { FastifyReply, FastifyRequest } from 'fastify';

/** Headers of every answer: its request id, and that nobody may keep it or take it for something else. */
export async function addAnswerHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers({
    'x-request-id': request.id,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
}
