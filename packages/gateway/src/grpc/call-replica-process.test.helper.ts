import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { INFER, startCallReplica } from './calls.test.helper.ts';

// A replica in a process of its own, for tests that kill it: it answers after some milliseconds with its name.
const [name = '', delayMs] = process.argv.slice(2);

const { route } = await startCallReplica({ after: () => {} }, name, {
  [INFER]: async (_call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    await sleep(Number(delayMs));
    answer(null, Buffer.from(name));
  },
});
console.log(`port ${route.port}`);
await once(process, 'SIGTERM');
process.exitCode = 0;
