import { type TestScope, temporaryFolder } from '@slipway/testkit';
import { grpcCallers } from '../load/grpc-caller.ts';
import { httpCaller } from '../load/http-caller.ts';
import { postBodyBytes } from '../load/request-bytes.ts';
import { bareRun } from '../targets/bare-run.ts';
import { type StartedReplica, startReplica } from '../targets/replica.ts';
import type { Target } from '../targets/target.ts';
import { grpcCalls, imageRequest, type RestRequest, restRequests } from './requests.ts';
import { feedsOf, type ProtocolWorkload } from './workloads.ts';

/** A protocol as a target, and how long a request of it is without its head. */
export interface ProtocolTarget extends Target {
  readonly requestBytes: number;
}

/** The bare run first; then each protocol, all of them at one port of one replica; then images, at one of their own. */
export async function openProtocols(
  scope: TestScope,
  workload: ProtocolWorkload,
): Promise<readonly [Target, ...ProtocolTarget[]]> {
  const { model, image } = workload;
  const replica = await startReplica(scope, await temporaryFolder(scope), workload);
  const targets = [
    ...Object.entries(restRequests(workload)).map(([name, request]) => restTarget(name, replica, request)),
    ...Object.entries(grpcCalls(workload)).map(([name, call]) => {
      const headers = { authorization: `Bearer ${replica.key}` };
      const open = grpcCallers(replica.address, { ...call, headers });
      return { name, pid: replica.pid, requestBytes: call.message.length, open };
    }),
  ];
  if (image !== undefined) {
    const served = { ...workload, signature: image.signature };
    const forImages = await startReplica(scope, await temporaryFolder(scope), served);
    targets.push(restTarget('JPEG', forImages, imageRequest(image)));
  }
  return [await bareRun(scope, { model, samples: [{ feeds: feedsOf(workload), json: '' }] }), ...targets];
}

function restTarget(
  name: string,
  { address, key, pid }: StartedReplica,
  request: RestRequest,
): ProtocolTarget {
  const bytes = postBodyBytes(address, { ...request, key });
  return { name, pid, requestBytes: request.body.length, open: () => httpCaller(address, [bytes]) };
}
