import type { OnnxModel } from '@slipway/graph/onnx';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { servedNetwork } from '../accel/network.ts';
import { preprocess } from '../accel/photo-turn.ts';
import { checkAnswer, type Door, photoCaller } from '../accel/score-photo.ts';
import type { Caller } from '../load/load.ts';
import { startReplica } from '../targets/replica.ts';
import { realPhoto } from '../workloads/photo.ts';
import type { Engine } from './why-not.ts';

/** A network that a replica serves on a device, and what connects a client to it. */
export interface OpenNetwork {
  readonly door: Door;
  readonly connect: () => Promise<Caller>;
}

/** What a device may differ by, as a part of the largest: it adds in another order, and FP16 has eleven bits. */
const TOLERANCE = { fp32: 1e-2, fp16: 5e-2 } as const;

/** Starts a replica on the device, and makes sure that it answers a photo as the CPU does. */
export async function openOnDevice(
  scope: TestScope,
  model: OnnxModel,
  engine: Exclude<Engine, { readonly missing: string }>,
  form: keyof typeof TOLERANCE,
): Promise<OpenNetwork> {
  const network = await servedNetwork(scope, model);
  const served = {
    model: network.model,
    signature: network.signature,
    lane: 'worker',
    resources: engine,
  } as const;
  const door = await startReplica(scope, await temporaryFolder(scope), served);
  const jpeg = await realPhoto();
  const { data, shape } = await preprocess(network.image, [jpeg]);
  const session = await InferenceSession.create(network.model);
  const outputs = await session.run({
    [network.image.input]: new Tensor('float32', data as Float32Array, shape),
  });
  await session.release();
  await checkAnswer(door, jpeg, Object.values(outputs)[0]?.data as Float32Array, TOLERANCE[form]);
  const connect = async () => {
    const caller = await photoCaller(door, jpeg);
    onTestEnd(scope, () => caller.close());
    return caller;
  };
  return { door, connect };
}
