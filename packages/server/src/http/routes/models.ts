import {
  Model,
  ModelConvert,
  ModelQuery,
  ModelRegister,
  ModelUpdate,
  Operation,
  Page,
} from '@slipway/contract/api';
import { deleteModel, updateModel } from '../../resources/models/change.ts';
import { orderConversion } from '../../resources/models/convert.ts';
import { findModel, listModels } from '../../resources/models/find.ts';
import { packModel, registerModel } from '../../resources/models/register.ts';
import { modelView } from '../../resources/models/view.ts';
import { accepted, noContent, resource, send } from '../answer.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { App } from '../app.ts';
import { answerOnce } from '../idempotency.ts';
import { ifMatch } from '../if-match.ts';
import {
  errors,
  IdempotencyHeaders,
  IfMatchHeaders,
  ModelParams,
  NoContent,
  strict,
  WorkspaceParams,
} from './schemas.ts';

/** Bytes of a register request: 100,000 files with their digests and long paths. */
const MAX_REGISTER_BYTES = 64 * 1024 * 1024;

export function addModelRoutes(
  app: App,
  {
    store,
    contentStore,
    operations,
    modelRegistered,
    modelDeleted,
  }: Pick<ApiDeps, 'store' | 'contentStore' | 'operations' | 'modelRegistered' | 'modelDeleted'>,
): void {
  const tags = ['models'];

  app.get(
    '/workspaces/:ws/models',
    {
      schema: {
        tags,
        summary: 'List models, newest first',
        params: WorkspaceParams,
        querystring: strict(ModelQuery),
        response: { 200: Page(Model), ...errors },
      },
    },
    ({ params, query }) =>
      store.read(async (reader) => {
        const page = await listModels(reader, params.ws, query);
        const items = await Promise.all(page.items.map((stored) => modelView(reader, stored)));
        return { items, nextCursor: page.nextCursor };
      }),
  );

  app.post(
    '/workspaces/:ws/models',
    {
      bodyLimit: MAX_REGISTER_BYTES,
      schema: {
        tags,
        summary: 'Register uploaded blobs as the next version of a model',
        params: WorkspaceParams,
        headers: IdempotencyHeaders,
        body: ModelRegister,
        response: { 201: Model, ...errors },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const answer = await answerOnce(
        store,
        request,
        () => packModel(contentStore, body),
        async (writer, manifest) => {
          const registered = await registerModel(writer, params.ws, body, manifest);
          return resource(201, await modelView(writer, registered));
        },
      );
      modelRegistered();
      return send(reply, answer);
    },
  );

  app.get(
    '/workspaces/:ws/models/:id',
    {
      schema: { tags, summary: 'Read a model', params: ModelParams, response: { 200: Model, ...errors } },
    },
    async ({ params }, reply) => {
      const model = await store.read(async (reader) =>
        modelView(reader, await findModel(reader, params.ws, params.id)),
      );
      return send(reply, resource(200, model));
    },
  );

  app.patch(
    '/workspaces/:ws/models/:id',
    {
      schema: {
        tags,
        summary: 'Change the words of a model',
        params: ModelParams,
        headers: IfMatchHeaders,
        body: ModelUpdate,
        response: { 200: Model, ...errors },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const model = await store.write(async (writer) => {
        const changed = await updateModel(writer, params.ws, params.id, body, ifMatch(request));
        return modelView(writer, changed);
      });
      return send(reply, resource(200, model));
    },
  );

  app.post(
    '/workspaces/:ws/models/:id/convert',
    {
      schema: {
        tags,
        summary: 'Convert a TensorFlow model into an ONNX model; the operation says which it became',
        params: ModelParams,
        headers: IdempotencyHeaders,
        body: ModelConvert,
        response: { 202: Operation, ...errors },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const answer = await answerOnce(
        store,
        request,
        async () => undefined,
        async (writer) => accepted(await orderConversion(writer, operations, params.ws, params.id, body)),
      );
      operations.wake();
      return send(reply, answer);
    },
  );

  app.delete(
    '/workspaces/:ws/models/:id',
    {
      schema: {
        tags,
        summary: 'Delete a model that nothing uses',
        params: ModelParams,
        headers: IfMatchHeaders,
        response: { 204: NoContent, ...errors },
      },
    },
    async (request, reply) => {
      const { ws, id } = request.params;
      await store.write((writer) => deleteModel(writer, ws, id, ifMatch(request)));
      modelDeleted();
      return send(reply, noContent());
    },
  );
}
