import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { digitMlp, identityModel, runProcess } from '@slipway/testkit';
import { serveModels } from '../../harness/served-models.ts';
import { pythonWithClients } from './environment.ts';

const SCRIPT = join(import.meta.dirname, 'http_clients.py');

/** Each check of the script says so when it is over. */
const CHECKS = 5;

test("Triton's HTTP client of Python sees what it would see of its own server", async (t) => {
  const python = await pythonWithClients(t);
  const models = [
    { name: 'digits', version: 3, onnx: digitMlp() },
    { name: 'words', version: 1, onnx: identityModel('BYTES', ['count']) },
  ];
  const { key, replica, gateway, service } = await serveModels(t, { service: 'digits', models });
  const addresses = [
    `127.0.0.1:${replica.port}`,
    `127.0.0.1:${gateway.port}/api/v1/service/${service}`,
    `127.0.0.1:${gateway.port}`,
  ];
  for (const address of addresses) {
    const { code, stdout, stderr } = await runProcess(t, python, [SCRIPT, address, key]);
    assert.equal(code, 0, `${address}\n${stdout}${stderr}`);
    assert.equal(stdout.match(/^ok /gm)?.length, CHECKS);
  }
});
