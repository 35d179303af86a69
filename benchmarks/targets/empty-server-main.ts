// Answers every request with the same text, as soon as it has arrived whole, and reads nothing of it but its
// length: the cost of the sockets, the system and the load generator. Arguments: bytes of the answer's body.
import { createServer, type Socket } from 'node:net';

const body = '1'.repeat(Number(process.argv[2]));
const ANSWER = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
const HEAD_END = '\r\n\r\n';

const server = createServer({ noDelay: true }, answerAll);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on ${address.port}`);
});

function answerAll(socket: Socket): void {
  let missing = 0;
  socket.on('data', (chunk) => {
    missing = (missing === 0 ? requestLength(chunk) : missing) - chunk.length;
    if (missing === 0) socket.write(ANSWER);
  });
  socket.on('error', () => socket.destroy());
}

/** The generator writes head and body at once, so the head is whole in the first chunk. */
function requestLength(chunk: Buffer): number {
  const head = chunk.toString('latin1', 0, chunk.indexOf(HEAD_END));
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  return head.length + HEAD_END.length + Number(length);
}
