/** What the load generator wants to know of an answer. */
export interface HttpResponse {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** A head longer than this is no answer of ours. */
const MAX_HEAD_BYTES = 65_536;

interface Head {
  readonly status: number;
  readonly bodyStart: number;
  readonly bodyLength: number;
}

/**
 * Puts together the answers of one connection, one at a time. `push` takes what arrived and returns the answer
 * once it is complete; it throws if the bytes are not an HTTP/1.1 answer with a content length.
 */
export function responseReader(): { push(chunk: Buffer): HttpResponse | undefined } {
  let received: Buffer = Buffer.alloc(0);
  let head: Head | undefined;

  return {
    push(chunk) {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      head ??= readHead(received);
      if (head === undefined || received.length < head.bodyStart + head.bodyLength) return undefined;
      if (received.length > head.bodyStart + head.bodyLength) {
        throw new Error('The server sent more than it was asked for.');
      }
      const response = { status: head.status, body: received.subarray(head.bodyStart) };
      received = Buffer.alloc(0);
      head = undefined;
      return response;
    },
  };
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) {
    if (bytes.length > MAX_HEAD_BYTES) throw new Error('The answer has no end of its head.');
    return undefined;
  }
  const text = bytes.toString('latin1', 0, end);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1];
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (status === undefined || length === undefined) {
    throw new Error(`Not an HTTP/1.1 answer with a content length: ${text.slice(0, 200)}`);
  }
  return { status: Number(status), bodyStart: end + HEAD_END.length, bodyLength: Number(length) };
}
