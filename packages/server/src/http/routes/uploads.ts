import { Readable } from 'node:stream';
import { SlipwayError } from '@slipway/contract';
import { BlobUpload, Digest } from '@slipway/contract/api';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { errors, NoContent, strict } from './schemas.ts';

const UploadParams = Type.Object({ id: Type.String({ maxLength: 100 }) });
const Blob = Type.Object({ digest: Digest, size: Type.Integer() });

/** Uploads that can be gone on with. Bytes go from the socket to the disk; no body is held in memory. */
export function addUploadRoutes(app: App, { contentStore }: Pick<ApiDeps, 'contentStore'>): void {
  const { uploads } = contentStore;
  const tags = ['blobs'];

  app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));

  app.post(
    '/uploads',
    { schema: { tags, summary: 'Begin an upload', response: { 201: BlobUpload, ...errors } } },
    async (_request, reply) => {
      const { status } = await uploads.begin();
      return reply.code(201).header('location', `/api/v1/uploads/${status.id}`).send(status);
    },
  );

  app.get(
    '/uploads/:id',
    {
      schema: {
        tags,
        summary: 'Read how many bytes have arrived',
        params: UploadParams,
        response: { 200: BlobUpload, ...errors },
      },
    },
    async ({ params }) => (await uploads.open(params.id)).status,
  );

  app.patch(
    '/uploads/:id',
    {
      schema: {
        tags,
        summary: 'Append bytes',
        consumes: ['application/octet-stream'],
        params: UploadParams,
        headers: Type.Object({
          'upload-offset': Type.Optional(
            Type.String({ description: 'Where the first byte of the body belongs.' }),
          ),
        }),
        response: { 200: BlobUpload, ...errors },
      },
    },
    async (request) => {
      const offset = uploadOffset(request);
      const upload = await uploads.open(request.params.id);
      return upload.append(offset, bodyBytes(request));
    },
  );

  app.put(
    '/uploads/:id',
    {
      schema: {
        tags,
        summary: 'End an upload: its bytes become a blob',
        params: UploadParams,
        querystring: strict(Type.Object({ digest: Digest })),
        response: { 201: Blob, ...errors },
      },
    },
    async ({ params, query }, reply) => {
      const upload = await uploads.open(params.id);
      const blob = await upload.finish(query.digest);
      return reply.code(201).header('location', `/api/v1/blobs/${blob.digest}`).send(blob);
    },
  );

  app.delete(
    '/uploads/:id',
    {
      schema: {
        tags,
        summary: 'Give an upload up',
        params: UploadParams,
        response: { 204: NoContent, ...errors },
      },
    },
    async ({ params }, reply) => {
      await (await uploads.open(params.id)).abort();
      return reply.code(204).send(undefined);
    },
  );
}

function uploadOffset({ headers }: Pick<FastifyRequest, 'headers'>): number {
  const given = headers['upload-offset'];
  if (typeof given === 'string' && /^[0-9]{1,15}$/.test(given)) return Number(given);
  throw new SlipwayError(
    'invalid_argument',
    'The header Upload-Offset must say at which byte of the upload the body begins.',
    { details: { field: 'upload-offset' } },
  );
}

/** The bytes of the body. Leaving the loop over them does not end the connection: the answer says why it was left. */
function bodyBytes({ body }: Pick<FastifyRequest, 'body'>): AsyncIterable<Uint8Array> {
  if (body instanceof Readable) return body.iterator({ destroyOnReturn: false });
  throw new SlipwayError(
    'unsupported_media_type',
    'The body must be the bytes of the file, with Content-Type application/octet-stream.',
  );
}
