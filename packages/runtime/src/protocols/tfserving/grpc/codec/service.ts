import type { MessageSchema } from '../../../../protobuf/schema.ts';
import type { FileSchema, MethodSchema } from '../../../grpc/service.ts';
import * as serving from './serving-messages.ts';
import { TENSORFLOW_FILES } from './tensor-messages.ts';

/** The services under which clients of TensorFlow Serving call. */
export const PREDICTION_SERVICE = 'tensorflow.serving.PredictionService';
export const MODEL_SERVICE = 'tensorflow.serving.ModelService';

const ANY_FILE = wellKnown('google/protobuf/any.proto', serving.ANY);
const WRAPPERS_FILE = wellKnown('google/protobuf/wrappers.proto', serving.INT64_VALUE);
const WELL_KNOWN: ReadonlySet<MessageSchema> = new Set([serving.ANY, serving.INT64_VALUE]);

/** What reflection tells of the services, and their messages. */
export const SERVING_FILE: FileSchema = {
  name: 'tensorflow_serving/apis/prediction_service.proto',
  package: 'tensorflow.serving',
  dependencies: [ANY_FILE, WRAPPERS_FILE, ...TENSORFLOW_FILES],
  messages: Object.values(serving).filter(isOwnMessage),
  enums: [serving.VERSION_STATE],
  services: [
    {
      name: PREDICTION_SERVICE,
      methods: [
        method('Classify', serving.CLASSIFICATION_REQUEST, serving.CLASSIFICATION_RESPONSE),
        method('Regress', serving.REGRESSION_REQUEST, serving.REGRESSION_RESPONSE),
        method('Predict', serving.PREDICT_REQUEST, serving.PREDICT_RESPONSE),
        method('MultiInference', serving.MULTI_INFERENCE_REQUEST, serving.MULTI_INFERENCE_RESPONSE),
        method('GetModelMetadata', serving.GET_MODEL_METADATA_REQUEST, serving.GET_MODEL_METADATA_RESPONSE),
      ],
    },
    {
      name: MODEL_SERVICE,
      methods: [
        method('GetModelStatus', serving.GET_MODEL_STATUS_REQUEST, serving.GET_MODEL_STATUS_RESPONSE),
        method('HandleReloadConfigRequest', serving.RELOAD_CONFIG_REQUEST, serving.RELOAD_CONFIG_RESPONSE),
      ],
    },
  ],
};

function method(name: string, request: MessageSchema, response: MessageSchema): MethodSchema {
  return { name, request, response };
}

function wellKnown(name: string, message: MessageSchema): FileSchema {
  return {
    name,
    package: 'google.protobuf',
    dependencies: [],
    messages: [message],
    enums: [],
    services: [],
  };
}

function isOwnMessage(exported: (typeof serving)[keyof typeof serving]): exported is MessageSchema {
  return exported.kind === 'message' && !WELL_KNOWN.has(exported);
}
