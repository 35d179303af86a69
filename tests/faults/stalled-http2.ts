/** Frames of HTTP/2 as a caller writes them that stalls (RFC 9113, 4.1). */

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const DATA = 0;
const HEADERS = 1;
const SETTINGS = 4;

const END_STREAM = 0x1;
const END_HEADERS = 0x4;

const INITIAL_WINDOW_SIZE = 4;

/** The first stream that a client may open. */
const STREAM = 1;

/** What a call of gRPC without fields is: not packed, and of no bytes. */
const EMPTY_MESSAGE = Buffer.alloc(5);

/** What callers say who stall in each phase of a call, in the order of the phases; the last want an answer and take none. */
export function stalledCalls(path: string, key: string): readonly Buffer[] {
  const head = headerBlock({
    ':method': 'POST',
    ':scheme': 'http',
    ':authority': 'x',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${key}`,
  });
  const open = Buffer.concat([PREFACE, frame(SETTINGS, 0, 0, withoutWindow())]);
  const asked = Buffer.concat([open, frame(HEADERS, END_HEADERS, STREAM, head)]);
  return [
    PREFACE.subarray(0, 10),
    open,
    Buffer.concat([open, frame(HEADERS, 0, STREAM, head.subarray(0, 20))]),
    Buffer.concat([asked, frame(DATA, 0, STREAM, EMPTY_MESSAGE.subarray(0, 3))]),
    Buffer.concat([asked, frame(DATA, END_STREAM, STREAM, EMPTY_MESSAGE)]),
  ];
}

/** Settings by which nothing of an answer may be sent until the caller says so. */
function withoutWindow(): Buffer {
  const setting = Buffer.alloc(6);
  setting.writeUInt16BE(INITIAL_WINDOW_SIZE, 0);
  return setting;
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Literal fields with new names, neither indexed nor packed (RFC 7541, 6.2.2), each shorter than 127 bytes. */
function headerBlock(fields: Readonly<Record<string, string>>): Buffer {
  const literal = (text: string) => [Buffer.of(text.length), Buffer.from(text, 'latin1')];
  return Buffer.concat(
    Object.entries(fields).flatMap(([name, value]) => [Buffer.of(0), ...literal(name), ...literal(value)]),
  );
}
