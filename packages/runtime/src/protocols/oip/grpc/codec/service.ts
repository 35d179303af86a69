import type { MessageSchema } from '../../../../protobuf/schema.ts';
import type { FileSchema, MethodSchema } from '../../../grpc/service.ts';
import * as config from './config-messages.ts';
import * as infer from './infer-messages.ts';
import * as repository from './repository-messages.ts';
import * as server from './server-messages.ts';
import * as statistics from './statistics-messages.ts';

/** The service under which clients of the Open Inference Protocol call. */
export const INFERENCE_SERVICE = 'inference.GRPCInferenceService';

/** What reflection tells of the service: the methods that are served, and their messages. */
export const INFERENCE_FILE: FileSchema = {
  name: 'grpc_service.proto',
  package: 'inference',
  dependencies: [],
  messages: [server, infer, config, statistics, repository].flatMap(messagesOf),
  enums: [config.DATA_TYPE, config.INSTANCE_KIND],
  services: [
    {
      name: INFERENCE_SERVICE,
      methods: [
        method('ServerLive', server.SERVER_LIVE_REQUEST, server.SERVER_LIVE_RESPONSE),
        method('ServerReady', server.SERVER_READY_REQUEST, server.SERVER_READY_RESPONSE),
        method('ModelReady', server.MODEL_READY_REQUEST, server.MODEL_READY_RESPONSE),
        method('ServerMetadata', server.SERVER_METADATA_REQUEST, server.SERVER_METADATA_RESPONSE),
        method('ModelMetadata', server.MODEL_METADATA_REQUEST, server.MODEL_METADATA_RESPONSE),
        method('ModelInfer', infer.MODEL_INFER_REQUEST, infer.MODEL_INFER_RESPONSE),
        {
          ...method('ModelStreamInfer', infer.MODEL_INFER_REQUEST, infer.MODEL_STREAM_INFER_RESPONSE),
          clientStreaming: true,
          serverStreaming: true,
        },
        method('ModelConfig', config.MODEL_CONFIG_REQUEST, config.MODEL_CONFIG_RESPONSE),
        method('ModelStatistics', statistics.MODEL_STATISTICS_REQUEST, statistics.MODEL_STATISTICS_RESPONSE),
        method('RepositoryIndex', repository.REPOSITORY_INDEX_REQUEST, repository.REPOSITORY_INDEX_RESPONSE),
        method(
          'RepositoryModelLoad',
          repository.REPOSITORY_MODEL_LOAD_REQUEST,
          repository.REPOSITORY_MODEL_LOAD_RESPONSE,
        ),
        method(
          'RepositoryModelUnload',
          repository.REPOSITORY_MODEL_UNLOAD_REQUEST,
          repository.REPOSITORY_MODEL_UNLOAD_RESPONSE,
        ),
      ],
    },
  ],
};

function method(name: string, request: MessageSchema, response: MessageSchema): MethodSchema {
  return { name, request, response };
}

/** The tables that a module exports. */
function messagesOf(module: object): readonly MessageSchema[] {
  return Object.values(module).flat().filter(isMessage);
}

function isMessage(exported: unknown): exported is MessageSchema {
  return (
    typeof exported === 'object' && exported !== null && 'kind' in exported && exported.kind === 'message'
  );
}
