// Answers every request with the same text once its body has arrived: the least that a server on node:http does.
// Arguments: bytes of the answer's body.
import { createServer } from 'node:http';

const body = '1'.repeat(Number(process.argv[2]));

const server = createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`listening on ${address.port}`);
});
