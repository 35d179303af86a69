import { parentPort, workerData } from 'node:worker_threads';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import { type OpenModel, openModelFile } from '../../session/open-model.ts';
import type { FeatureThreadStart, FromFeatureThread, ToFeatureThread } from './messages.ts';

const { path, input, output, threads } = workerData as FeatureThreadStart;

const session = await openModelFile(path, { threads }).catch(fail);
if (session !== undefined) {
  parentPort?.on('message', async (message: ToFeatureThread) => {
    if (message.kind === 'run') await answer(session, message.pixels);
    else {
      parentPort?.close();
      await session[Symbol.asyncDispose]();
    }
  });
  send({ kind: 'ready' });
}

async function answer(model: Pick<OpenModel, 'run'>, pixels: (ToFeatureThread & { kind: 'run' })['pixels']) {
  try {
    const { [output]: features } = await model.run({ [input]: pixels }, [output]);
    if (!(features?.data instanceof Float32Array)) {
      throw new SlipwayError('unsupported', `${output} is ${features?.type}: features must be float32.`);
    }
    // A copy: what ONNX Runtime made may be a part of a larger buffer.
    const values = Float32Array.from(features.data);
    send({ kind: 'features', values }, [values.buffer]);
  } catch (thrown) {
    fail(thrown);
  }
}

function fail(thrown: unknown): undefined {
  send({ kind: 'failed', error: toSlipwayError(thrown).toJSON() });
}

function send(message: FromFeatureThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
