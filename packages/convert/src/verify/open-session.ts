import { SlipwayError } from '@slipway/contract';
import { InferenceSession } from 'onnxruntime-node';

/** An input or an output as ONNX Runtime shows it; a dimension is `null` where any size will do. */
export interface SessionTensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly (number | null)[];
}

/** A model that is loaded. */
export interface OpenSession extends AsyncDisposable {
  readonly session: InferenceSession;
  readonly inputs: readonly SessionTensor[];
  readonly outputs: readonly SessionTensor[];
}

/** Only what ends the process: of everything else the exception says the same. */
const LOG_FATAL = 4;

/** Loads a result in ONNX Runtime as a service would. Throws `invalid_model` with what is wrong with it. */
export async function openSession(file: string): Promise<OpenSession> {
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    logSeverityLevel: LOG_FATAL,
  }).catch((cause: Error) => {
    throw new SlipwayError(
      'invalid_model',
      `ONNX Runtime does not load the converted model: ${cause.message}`,
      {
        cause,
      },
    );
  });
  return {
    session,
    inputs: session.inputMetadata.map(tensorOf),
    outputs: session.outputMetadata.map(tensorOf),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function tensorOf(value: InferenceSession.ValueMetadata): SessionTensor {
  if (!value.isTensor) {
    throw new SlipwayError('invalid_model', `"${value.name}" of the converted model is no tensor.`);
  }
  const dims = value.shape.map((size) => (typeof size === 'number' && size >= 0 ? size : null));
  return { name: value.name, type: value.type, dims };
}
