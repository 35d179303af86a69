import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { onTestEnd, type TestScope } from '@slipway/testkit';

/** Where the page finds the client. */
export const CLIENT_PATH = '/sdk/client/index.js';

/** What is built of the packages, by the first part of its path on the server. */
const BUILT: Readonly<Record<string, URL>> = {
  sdk: new URL('../', import.meta.resolve('@slipway/sdk/client')),
  contract: new URL('./', import.meta.resolve('@slipway/contract')),
};

const PAGE = `<!doctype html>
<title>A page that calls a service</title>
<link rel="icon" href="data:,">
<script type="importmap">{"imports": {"@slipway/contract": "/contract/index.js", "@slipway/contract/detection": "/contract/detection/index.js"}}</script>`;

/** Serves a page and the built client, as it stands in the packages, without a bundler. Resolves with its port. */
export async function startPageServer(scope: TestScope): Promise<number> {
  const server = createServer((request, response) => {
    answerTo(request.url ?? '/').then(
      ({ type, text }) => response.writeHead(200, { 'content-type': type }).end(text),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestEnd(scope, async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

async function answerTo(path: string): Promise<{ readonly type: string; readonly text: string }> {
  if (path === '/') return { type: 'text/html', text: PAGE };
  const [, name, file] = /^\/(\w+)\/([\w/-]+\.js)$/.exec(path) ?? [];
  const folder = BUILT[name ?? ''];
  if (folder === undefined || file === undefined) throw new Error(`There is nothing at ${path}.`);
  return { type: 'text/javascript', text: await readFile(fileURLToPath(new URL(file, folder)), 'utf8') };
}
