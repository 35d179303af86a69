import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { startGateway } from '../targets/gateway.ts';
import { startReplica } from '../targets/replica.ts';
import { photo, realPhoto } from '../workloads/photo.ts';
import { resnet50, type ServedNetwork, servedNetwork } from './network.ts';
import { type PhotoTargets, preprocess } from './photo-turn.ts';
import { checkAnswer, photoCaller } from './score-photo.ts';

/** A photo, and everything that scores it. */
export interface OpenPhoto {
  readonly name: string;
  readonly bytes: number;
  /** Whether the promise about speed is made for it. */
  readonly limited: boolean;
  /** Connects, when its turn comes: a connection that nobody uses is closed after a while. */
  readonly open: () => Promise<PhotoTargets>;
}

/** One replica and one gateway for all photos, and a session in this process with as many threads. */
export async function openPhotos(scope: TestScope, threads: number): Promise<readonly OpenPhoto[]> {
  const network = await servedNetwork(scope, resnet50());
  const folder = await temporaryFolder(scope);
  const { model, signature } = network;
  const served = { model, signature, lane: 'auto', resources: { cpuCores: threads } } as const;
  const replica = await startReplica(scope, folder, served);
  const gateway = { ...(await startGateway(scope, folder, replica.address)), key: replica.key };
  const session = await openSession(scope, network, threads);
  const planned = (name: string, jpeg: Buffer, limited: boolean): OpenPhoto => ({
    name,
    bytes: jpeg.length,
    limited,
    open: async () => {
      const pixels = () => preprocess(network.image, [jpeg]);
      const { data, shape } = await pixels();
      const feeds = { [network.image.input]: new Tensor('float32', data as Float32Array, shape) };
      const bare = () => session.run(feeds);
      const [output] = Object.values(await bare());
      await checkAnswer(replica, jpeg, output?.data as Float32Array);
      const callers = await Promise.all([photoCaller(replica, jpeg), photoCaller(gateway, jpeg)]);
      for (const caller of callers) onTestEnd(scope, () => caller.close());
      return { bare, pixels, replica: callers[0], gateway: callers[1], door: replica };
    },
  });
  return [
    planned('a photo of 500 x 375', await realPhoto(), true),
    planned('a made photo of 1920 x 1080', await photo(1920, 1080), false),
  ];
}

async function openSession(
  scope: TestScope,
  { model }: ServedNetwork,
  threads: number,
): Promise<InferenceSession> {
  const session = await InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  onTestEnd(scope, () => session.release());
  return session;
}
