import type { Address } from './http-connection.ts';
import { openConnection } from './http-connection.ts';
import type { Caller } from './load.ts';

/** Sends prepared requests in turn, each over a connection of its own, as servers want it that close after every answer. */
export function onceCaller(address: Address, requests: readonly Uint8Array[]): Caller {
  return {
    async call(index) {
      const caller = await httpCaller(address, requests);
      try {
        await caller.call(index);
      } finally {
        await caller.close();
      }
    },
    close: () => undefined,
  };
}

/** Sends prepared requests in turn over one connection; a broken connection is opened again for the next. */
export async function httpCaller(address: Address, requests: readonly Uint8Array[]): Promise<Caller> {
  let connection = await openConnection(address);
  let broken = false;
  return {
    async call(index) {
      if (broken) connection = await openConnection(address);
      broken = true;
      const { status, body } = await connection.exchange(
        requests[index % requests.length] ?? new Uint8Array(),
      );
      broken = false;
      if (status !== 200) throw new Error(`Answered ${status}: ${body.toString('utf8', 0, 500)}`);
    },
    close: () => connection.close(),
  };
}
