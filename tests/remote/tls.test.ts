import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerInfo } from '@slipway/contract';
import { TEST_CERTIFICATES } from '@slipway/testkit';
import { createSandbox } from '../cli/sandbox.ts';

test('a control plane with TLS is used from elsewhere by its URL, its token and the issuer of its certificate', async (t) => {
  const run = await createSandbox(t);
  const { cert, key } = TEST_CERTIFICATES.first;
  await run(`cat > cert.pem <<'END'\n${cert}END\ncat > key.pem <<'END'\n${key}END`);
  const trusting = 'export NODE_EXTRA_CA_CERTS=$PWD/cert.pem';

  const up = await run(`${trusting}; slipway up --detach --tls-cert cert.pem --tls-key key.pem`);
  assert.equal(up.exitCode, 0, up.output);
  const info = JSON.parse((await run('cat home/server.json')).output) as ServerInfo;
  assert.match(info.url, /^https:/);
  assert.match(info.gatewayUrl, /^https:/);

  const elsewhere = `export SLIPWAY_URL=${info.url} SLIPWAY_TOKEN=$(cat home/token) SLIPWAY_HOME=/nonexistent`;
  const distrusted = await run(`${elsewhere}; slipway model list`);
  assert.equal(distrusted.exitCode, 1);
  assert.match(distrusted.output, /certificate/i);

  const blank = `"$(node -p 'JSON.stringify({ data: [Array(784).fill(0)] })')"`;
  const used = await run(
    `${trusting}; ${elsewhere}; slipway deploy digits --model ./digits.onnx && slipway score digits --data ${blank}`,
  );
  assert.equal(used.exitCode, 0, used.output);
  assert.match(used.output, /\{"outputs":\{"probabilities":/);

  const http2 = await run(
    `curl -sS --http2 --cacert cert.pem -o /dev/null -w '%{http_version} %{http_code}' ${info.gatewayUrl}/`,
  );
  assert.equal(http2.output, '2 200');
  const refused = await run(`${trusting}; ${elsewhere}; SLIPWAY_TOKEN=nonsense slipway model list`);
  assert.match(refused.output, /unauthenticated/);
  const down = await run(`${trusting}; slipway down`);
  assert.equal(down.exitCode, 0, down.output);
});
