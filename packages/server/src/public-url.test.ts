import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicUrl } from './public-url.ts';

const ROWS: readonly [host: string, publicHost: string | undefined, secure: boolean, url: string][] = [
  ['127.0.0.1', undefined, false, 'http://127.0.0.1:80'],
  ['127.0.0.1', 'box.example', false, 'http://127.0.0.1:80'],
  ['::1', undefined, true, 'https://[::1]:80'],
  ['192.0.2.7', undefined, true, 'https://192.0.2.7:80'],
  ['192.0.2.7', 'box.example', true, 'https://box.example:80'],
  ['0.0.0.0', 'box.example', false, 'http://box.example:80'],
  ['::', '2001:db8::1', true, 'https://[2001:db8::1]:80'],
];
for (const [host, publicHost, secure, url] of ROWS) {
  test(`what listens at ${host} is called ${url}${publicHost ? ` as ${publicHost}` : ''}`, () => {
    assert.equal(publicUrl({ host, port: 80, secure, publicHost }), url);
  });
}
