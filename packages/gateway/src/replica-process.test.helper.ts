import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A replica in a process of its own, for tests that kill it: it answers after some milliseconds with its name.
const [name, delayMs] = process.argv.slice(2);

const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end(name), Number(delayMs));
});
server.listen(0, '127.0.0.1', () => console.log(`port ${(server.address() as AddressInfo).port}`));
