import { SlipwayError } from '@slipway/contract';
import { Digest } from '@slipway/contract/api';
import type { BlobDescriptor } from '@slipway/oci';
import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { parseRange } from '../byte-range.ts';
import { errors, Streamed } from './schemas.ts';

const BlobParams = Type.Object({ digest: Digest });

/** The bytes of models by their digest. */
export function addBlobRoutes(app: App, { contentStore }: Pick<ApiDeps, 'contentStore'>): void {
  const { blobs } = contentStore;
  const tags = ['blobs'];

  app.head(
    '/blobs/:digest',
    { schema: { tags, summary: 'Ask whether a blob is there', params: BlobParams, response: errors } },
    async ({ params }, reply) => {
      // Whoever asks is about to register it, so it must not be collected meanwhile.
      const blob = known(await blobs.claim(params.digest), params.digest);
      return describe(reply, blob).header('content-length', blob.size).send();
    },
  );

  app.get(
    '/blobs/:digest',
    {
      schema: {
        tags,
        summary: 'Read a blob; one byte range is honoured',
        params: BlobParams,
        produces: ['application/octet-stream'],
        response: { 200: Streamed, 206: Streamed, ...errors },
      },
    },
    async (request, reply) => {
      const { digest } = request.params;
      const blob = known(await blobs.stat(digest), digest);
      const range = parseRange(request.headers.range, blob.size);
      describe(reply, blob);
      if (range === 'unsatisfiable') return answerUnsatisfiable(reply, blob);
      if (range === 'whole') {
        return reply.header('content-length', blob.size).send(await blobs.read(blob.digest));
      }
      return reply
        .code(206)
        .header('content-length', range.end - range.start + 1)
        .header('content-range', `bytes ${range.start}-${range.end}/${blob.size}`)
        .send(await blobs.read(blob.digest, range));
    },
  );
}

function known(blob: BlobDescriptor | undefined, digest: string): BlobDescriptor {
  if (blob !== undefined) return blob;
  throw new SlipwayError('not_found', `There is no blob ${digest}.`, { details: { digest } });
}

function describe(reply: FastifyReply, { digest }: BlobDescriptor): FastifyReply {
  return reply.headers({
    'content-type': 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag: `"${digest}"`,
  });
}

/** The one answer whose status says more than its code: 416 tells a client that goes on with a download that it has all. */
function answerUnsatisfiable(reply: FastifyReply, { size }: BlobDescriptor): FastifyReply {
  const message = `The range lies outside the blob, which has ${size} bytes.`;
  const error = new SlipwayError('invalid_argument', message, { details: { field: 'range', size } });
  return reply
    .code(416)
    .headers({ 'content-range': `bytes */${size}`, 'content-type': 'application/json; charset=utf-8' })
    .send({ error: error.toJSON() });
}
