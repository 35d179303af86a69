// A server of grpc-js with proto-loader that decodes each request and encodes the same answer. Arguments: elements.
import { Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { inferAnswer, inferMethod, METHOD } from './definition.ts';

const answer = inferAnswer(Number(process.argv[2]));

const server = new Server({ 'grpc.max_receive_message_length': -1 });
server.addService(
  { [METHOD]: inferMethod() },
  { [METHOD]: (_call: object, done: sendUnaryData<object>) => done(null, answer) },
);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(`listening on ${port}`);
});
