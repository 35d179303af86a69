import { type GrpcService, unary } from '../../grpc/method.ts';
import { askExamples, multiInference } from './ask-examples.ts';
import { MODEL_SERVICE, PREDICTION_SERVICE } from './codec/service.ts';
import { modelMetadata, modelStatus, reloadConfig } from './describe-models.ts';
import { statusOf } from './errors.ts';
import { predict } from './predict.ts';

/** The gRPC API of TensorFlow Serving. */
export const TFSERVING_SERVICES: readonly GrpcService[] = [
  {
    name: PREDICTION_SERVICE,
    needsAuthorization: true,
    methods: {
      Predict: unary(predict),
      Classify: unary(askExamples('classify')),
      Regress: unary(askExamples('regress')),
      MultiInference: unary(multiInference),
      GetModelMetadata: unary(modelMetadata),
    },
    statusOf,
  },
  {
    name: MODEL_SERVICE,
    needsAuthorization: true,
    methods: { GetModelStatus: unary(modelStatus), HandleReloadConfigRequest: unary(reloadConfig) },
    statusOf,
  },
];
