import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpProblem } from './problems.ts';
import { parseRequestHead, type RequestHead } from './request-head.ts';

function head(...lines: string[]): string {
  return lines.join('\r\n');
}

function parsed(text: string): RequestHead {
  const result = parseRequestHead(text);
  assert.ok(!(result instanceof HttpProblem), `${JSON.stringify(text)} is refused`);
  return result;
}

test('a head is read into its parts', () => {
  const { headers, ...rest } = parsed(
    head('POST /a?b=c HTTP/1.1', 'HOST:x:80', 'X-A: \t b c\t ', 'x-a:d', 'X-Empty:', 'Content-Length: 3'),
  );
  assert.deepEqual(rest, { method: 'POST', url: '/a?b=c', framing: 3, keepAlive: true, isOld: false });
  assert.deepEqual({ ...headers }, { host: 'x:80', 'x-a': 'b c, d', 'x-empty': '', 'content-length': '3' });
});

test('fields that come twice are joined, or the first counts', () => {
  const { headers } = parsed(
    head(
      'GET / HTTP/1.1',
      'host: x',
      'cookie: a=1',
      'cookie: b=2',
      'set-cookie: c',
      'set-cookie: d',
      'authorization: first',
      'authorization: second',
      '__proto__: e',
    ),
  );
  assert.equal(headers.cookie, 'a=1; b=2');
  assert.deepEqual(headers['set-cookie'], ['c', 'd']);
  assert.equal(headers.authorization, 'first');
  assert.equal(Object.getPrototypeOf(headers), null);
});

for (const [version, connection, keepAlive] of [
  ['1.1', undefined, true],
  ['1.1', 'close', false],
  ['1.1', 'x-a , CLOSE', false],
  ['1.1', 'close-not', true],
  ['1.0', undefined, false],
  ['1.0', 'Keep-Alive', true],
  ['1.0', 'keep-alive, close', false],
] as const) {
  test(`HTTP/${version} with Connection: ${connection} ${keepAlive ? 'goes on' : 'ends'}`, () => {
    const lines = [`GET / HTTP/${version}`, 'host: x'];
    if (connection !== undefined) lines.push(`connection: ${connection}`);
    assert.equal(parsed(head(...lines)).keepAlive, keepAlive);
  });
}

for (const url of ['/', '/?a', '//x', '/%00', '*', 'http://a', 'HTTPS://a/b']) {
  test(`the target ${url} is taken as it is`, () => {
    assert.equal(parsed(head(`GET ${url} HTTP/1.1`, 'host: x')).url, url);
  });
}

const GOOD = 'GET / HTTP/1.1';
const REFUSED: readonly (readonly [what: string, text: string, status: number])[] = [
  ['no request', '', 400],
  ['no version', head('GET /', 'host: x'), 400],
  ['two blanks', head('GET  / HTTP/1.1', 'host: x'), 400],
  ['a blank in the target', head('GET /a b HTTP/1.1', 'host: x'), 400],
  ['a tab in a whole URL', head('GET http://\ta HTTP/1.1', 'host: x'), 400],
  ['a whole URL without a host', head('GET http:///a HTTP/1.1', 'host: x'), 400],
  ['a byte that no URL has', head('GET /\x80 HTTP/1.1', 'host: x'), 400],
  ['a target without a slash', head('GET a HTTP/1.1', 'host: x'), 400],
  ['no method', head(' / HTTP/1.1', 'host: x'), 400],
  ['a method that is no token', head('G(T / HTTP/1.1', 'host: x'), 400],
  ['a version in lower case', head('GET / http/1.1', 'host: x'), 400],
  ['HTTP/1.2', head('GET / HTTP/1.2', 'host: x'), 505],
  ['HTTP/2.0', head('GET / HTTP/2.0', 'host: x'), 505],
  ['CONNECT', head('CONNECT / HTTP/1.1', 'host: x'), 501],
  ['no host', GOOD, 400],
  ['two hosts', head(GOOD, 'host: x', 'host: x'), 400],
  ['a host with a blank', head(GOOD, 'host: a b'), 400],
  ['a bare CR', head(GOOD, 'host: x\ry: z'), 400],
  ['a bare LF', head(GOOD, 'host: x\ny: z'), 400],
  ['NUL', head(GOOD, 'host: x', 'a: \0'), 400],
  ['DEL', head(GOOD, 'host: x', 'a: \x7f'), 400],
  ['a folded line', head(GOOD, 'host: x', ' folded'), 400],
  ['a folded first line', head(GOOD, ' host: x'), 400],
  ['a blank before a colon', head(GOOD, 'host : x'), 400],
  ['no colon', head(GOOD, 'host: x', 'a'), 400],
  ['no name', head(GOOD, 'host: x', ': a'), 400],
  ['two lengths that agree', head(GOOD, 'host: x', 'content-length: 1', 'content-length: 1'), 400],
  ['lengths in one field', head(GOOD, 'host: x', 'content-length: 1, 1'), 400],
  ['a signed length', head(GOOD, 'host: x', 'content-length: +1'), 400],
  ['an empty length', head(GOOD, 'host: x', 'content-length:'), 400],
  ['a length that is not exact', head(GOOD, 'host: x', 'content-length: 9007199254740993'), 400],
  ['length and chunks', head(GOOD, 'host: x', 'content-length: 1', 'transfer-encoding: chunked'), 400],
  ['two codings', head(GOOD, 'host: x', 'transfer-encoding: gzip, chunked'), 501],
  ['chunked twice', head(GOOD, 'host: x', 'transfer-encoding: chunked', 'transfer-encoding: chunked'), 400],
  ['no coding', head(GOOD, 'host: x', 'transfer-encoding: identity'), 501],
  ['chunks of HTTP/1.0', head('GET / HTTP/1.0', 'transfer-encoding: chunked'), 400],
];

for (const [what, text, status] of REFUSED) {
  test(`${what} is refused with ${status}`, () => {
    const result = parseRequestHead(text);
    assert.ok(result instanceof HttpProblem, 'it was taken');
    assert.equal(result.status, status);
  });
}

test('HTTP/1.0 needs no host', () => {
  assert.equal(parsed('GET / HTTP/1.0').isOld, true);
});
