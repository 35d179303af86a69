import type { ServerHttp2Stream } from 'node:http2';
import { isReady, SERVER_METADATA } from '../own-pages.ts';
import type { RouteTable } from '../routes/route-table.ts';
import type { OwnMethod } from './call-destination.ts';
import { leave } from './status.ts';

/** Answers a method for all services together. The messages asked for hold nothing that matters here. */
export function answerOwnMethod(
  stream: ServerHttp2Stream,
  ids: Readonly<Record<string, string>>,
  table: Pick<RouteTable, 'services'>,
  method: OwnMethod,
): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...ids }, { waitForTrailers: true });
  stream.once('wantTrailers', () => {
    stream.sendTrailers({ 'grpc-status': '0' });
    leave(stream);
  });
  stream.end(framed(messageOf(method, table)));
}

const FIELD_1 = 0x08;
const NOTHING = Buffer.alloc(0);

function messageOf(method: OwnMethod, table: Pick<RouteTable, 'services'>): Buffer {
  switch (method) {
    case 'live':
      return Buffer.of(FIELD_1, 1);
    case 'ready':
      return isReady(table) ? Buffer.of(FIELD_1, 1) : NOTHING;
    case 'health':
      // SERVING is 1, NOT_SERVING 2.
      return Buffer.of(FIELD_1, isReady(table) ? 1 : 2);
    case 'metadata':
      return Buffer.concat([textField(1, SERVER_METADATA.name), textField(2, SERVER_METADATA.version)]);
  }
}

/** Short texts only: their length is one byte. */
function textField(field: number, text: string): Buffer {
  return Buffer.concat([Buffer.of(field * 8 + 2, text.length), Buffer.from(text)]);
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
