import { type GrpcService, streaming, unary } from '../../grpc/method.ts';
import { INFERENCE_SERVICE } from './codec/service.ts';
import {
  MODEL_CONFIG,
  MODEL_METADATA,
  modelReady,
  modelStatistics,
  serverLive,
  serverMetadata,
  serverReady,
} from './describe-models.ts';
import { statusOf } from './errors.ts';
import { modelInfer, modelStreamInfer } from './infer.ts';
import { repositoryIndex, repositoryLoad, repositoryUnload } from './repository.ts';

/** The gRPC API of the Open Inference Protocol, with the extensions of Triton's that are served. */
export const OIP_SERVICE: GrpcService = {
  name: INFERENCE_SERVICE,
  needsAuthorization: true,
  // Whoever watches the server's health has no key.
  openMethods: ['ServerLive', 'ServerReady'],
  methods: {
    ServerLive: unary(serverLive),
    ServerReady: unary(serverReady),
    ModelReady: unary(modelReady),
    ServerMetadata: unary(serverMetadata),
    ModelMetadata: MODEL_METADATA,
    ModelInfer: unary(modelInfer),
    ModelStreamInfer: streaming(modelStreamInfer),
    ModelConfig: MODEL_CONFIG,
    ModelStatistics: unary(modelStatistics),
    RepositoryIndex: unary(repositoryIndex),
    RepositoryModelLoad: unary(repositoryLoad),
    RepositoryModelUnload: unary(repositoryUnload),
  },
  statusOf,
};
