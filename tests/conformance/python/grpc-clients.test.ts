import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { digitMlp, runProcess } from '@slipway/testkit';
import { serveModels } from '../../harness/served-models.ts';
import { pythonWithClients } from './environment.ts';

const SCRIPT = join(import.meta.dirname, 'grpc_clients.py');

/** Each check of the script says so when it is over. */
const CHECKS = 7;

test('the stock gRPC clients of Python see what they would see of their own servers', async (t) => {
  const python = await pythonWithClients(t);
  const service = 'digits';
  const model = { name: 'digits', version: 3, onnx: digitMlp() };
  const { key, replica, gateway } = await serveModels(t, { service, models: [model] });
  for (const [door, { port }] of Object.entries({ replica, gateway })) {
    const args = [SCRIPT, `127.0.0.1:${port}`, key, service];
    const { code, stdout, stderr } = await runProcess(t, python, args);
    assert.equal(code, 0, `at the ${door}:\n${stdout}${stderr}`);
    assert.equal(stdout.match(/^ok /gm)?.length, CHECKS);
  }
});
