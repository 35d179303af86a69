// A server of Connect that decodes each request and encodes the same answer. Arguments: elements.
import { createServer } from 'node:http2';
import { type DescMethodUnary, fromBinary } from '@bufbuild/protobuf';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { inferAnswer, inferMethod } from './definition.ts';
import { describeService } from './describe-service.ts';

const MAX_MESSAGE_BYTES = 100_000_000;

const { requestType, responseSerialize } = inferMethod();
const { method } = describeService(requestType.fileDescriptorProtos);
const modelInfer = method['modelInfer'];
if (modelInfer === undefined) throw new Error('The descriptors have no ModelInfer.');
const answer = fromBinary(modelInfer.output, responseSerialize(inferAnswer(Number(process.argv[2]))));

const server = createServer(
  connectNodeAdapter({
    routes: (router) => void router.rpc(modelInfer as DescMethodUnary, () => answer),
    readMaxBytes: MAX_MESSAGE_BYTES,
  }),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on ${address.port}`);
});
