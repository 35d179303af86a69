/** Draws one of a list. */
type Pick = <T>(from: readonly T[]) => T;

const METHODS = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'get', 'BREW', ''];
const TARGETS = [
  '/',
  '/score?q=1',
  '*',
  'http://a/b',
  'a:80',
  '/%00',
  '/\x80\xff',
  '/a b',
  '//x',
  '/#',
  '?',
  '',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9', 'http/1.1', 'HTTP/1.1 ', ''];
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\r\n '];
const FIELDS = [
  'Accept: */*',
  'X-A: b',
  'X-A:c',
  'x-a:\t d \t',
  'X-Empty:',
  'X-Byte: \xe9\xff',
  'Cookie: a=1',
  'Cookie: b=2',
  'Set-Cookie: a',
  'Authorization: Bearer 1',
  'Authorization: Bearer 2',
  'Content-Type: a/b',
  'Content-Type: c/d',
  'User-Agent: x',
  'Expect: 100-continue',
  'Expect: something',
  'Connection: close',
  'Connection: keep-alive',
  'Connection: close, x-a',
  'Connection: Upgrade',
  'Upgrade: h2c',
  'Host: y',
  'Trailer: x-t',
  'TE: trailers',
  '__proto__: x',
  ' folded: x',
  '\tfolded',
  'No-Colon',
  'Blank : x',
  ': nameless',
  'Bad(Name): x',
  'X-Control: a\x01b',
  'X-Null: a\0b',
  'X-Delete: \x7f',
];
const FRAMINGS = [
  'Content-Length: +3',
  'Content-Length: -1',
  'Content-Length: 3, 3',
  'Content-Length: 0x3',
  'Content-Length: 3 3',
  'Content-Length:',
  'Content-Length: 00003',
  'Content-Length: 18446744073709551619',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: chunked, chunked',
  'Transfer-Encoding: CHUNKED',
  'Transfer-Encoding: chunked\x0b',
  'Transfer-Encoding: "chunked"',
  'Transfer-Encoding:',
  'Transfer-Encoding : chunked',
];
const BODIES = ['', 'a', 'abc', '0\r\n\r\n', 'GET /inner HTTP/1.1\r\nHost: x\r\n\r\n', '\r\n', 'é\0\xff'];
const CHUNK_SIZES = [
  '+3',
  '0x3',
  '3 ',
  ' 3',
  '3;',
  '3;a=b',
  '3;a="b"',
  '3 ;a',
  '3\t',
  '-1',
  '',
  'g',
  '000000003',
  'fffffffffffffffff',
];
const CHUNK_EXTENSIONS = ['', '', '', ';', ';a', ';a=b', ';a="b;c"', ';a=\x01', ' ;a', '; a = b', ';a\n'];
const TRAILERS = [
  '',
  '',
  'X-T: 1\r\n',
  'X-T: 1\r\nX-U: 2\r\n',
  'Content-Length: 5\r\n',
  'Bad\r\n',
  ' x: y\r\n',
  'X-T: \0\r\n',
];
const SPLICES = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ';',
  ',',
  '0',
  '\x80',
  'chunked',
  'Content-Length: 1\r\n',
];

/** Bytes of one connection: some requests, most of them good ones with something wrong, and some spoilt afterwards. */
export function fuzzedBytes(random: () => number): Buffer {
  const pick: Pick = (from) => from[Math.floor(random() * from.length)] as never;
  let text = '';
  for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) text += request(random, pick);
  while (random() < 0.3) text = spoilt(text, random, pick);
  return Buffer.from(text, 'latin1');
}

/** The bytes in pieces, as a network could hand them on. */
export function split(bytes: Buffer, random: () => number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  const longest = random() < 0.5 ? bytes.length : 1 + Math.floor(random() * 20);
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + Math.floor(random() * longest);
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

function request(random: () => number, pick: Pick): string {
  const rarely = <T>(good: T, others: readonly T[]): T => (random() < 0.05 ? pick(others) : good);
  const fields: string[] = [];
  if (random() < 0.97) fields.push(rarely('Host: x', ['Host:', 'Host: a b', 'Host: [::1]:80', 'host : x']));
  while (random() < 0.4) fields.push(pick(FIELDS));
  const { framing, body } = content(random, pick);
  if (framing !== '') fields.push(framing);
  if (random() < 0.03) fields.push(pick(FRAMINGS));
  fields.sort(() => random() - 0.5);
  const method = rarely(pick(['GET', 'POST']), METHODS);
  const line = [method, rarely('/score', TARGETS), rarely('HTTP/1.1', VERSIONS)].join(
    rarely(' ', ['  ', '\t', '']),
  );
  const lines = [line, ...fields, ''].map((one) => one + rarely('\r\n', LINE_ENDS));
  return rarely('', ['\r\n', '\n', '\r\n\r\n', '\r', ' ']) + lines.join('') + body;
}

function content(random: () => number, pick: Pick): { framing: string; body: string } {
  const body = pick(BODIES);
  const kind = random();
  if (kind < 0.3) return { framing: '', body: '' };
  if (kind < 0.6) {
    const length = random() < 0.95 ? body.length : Math.floor(random() * 50);
    return { framing: `Content-Length: ${length}`, body };
  }
  if (kind < 0.65) return { framing: pick(FRAMINGS), body };
  let chunks = '';
  while (random() < 0.6) chunks += chunk(pick(BODIES), random, pick);
  return {
    framing: 'Transfer-Encoding: chunked',
    body: `${chunks}0${extension(random, pick)}\r\n${trailers(random, pick)}\r\n`,
  };
}

function chunk(data: string, random: () => number, pick: Pick): string {
  if (data === '') return '';
  const size = random() < 0.95 ? data.length.toString(16) : pick(CHUNK_SIZES);
  return `${size}${extension(random, pick)}\r\n${data}${random() < 0.97 ? '\r\n' : pick(LINE_ENDS)}`;
}

function extension(random: () => number, pick: Pick): string {
  return random() < 0.8 ? '' : pick(CHUNK_EXTENSIONS);
}

function trailers(random: () => number, pick: Pick): string {
  return random() < 0.8 ? '' : pick(TRAILERS);
}

/** The text with one byte changed, something put in, or a part left out or doubled. */
function spoilt(text: string, random: () => number, pick: Pick): string {
  const from = Math.floor(random() * text.length);
  const to = from + Math.floor(random() * 10);
  const kind = random();
  if (kind < 0.3) return text.slice(0, from) + String.fromCharCode(random() * 256) + text.slice(from + 1);
  if (kind < 0.6) return text.slice(0, from) + pick(SPLICES) + text.slice(from);
  if (kind < 0.8) return text.slice(0, from) + text.slice(to);
  return text.slice(0, to) + text.slice(from);
}
