import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { identityModel, runProcess, temporaryFolder } from '@slipway/testkit';
import { serveModels } from '../harness/served-models.ts';
import { doorsOf } from './suite/doors.ts';

/** What a person types, after `curl` and the key; `{}` stands for the address of the service. */
interface Command {
  readonly what: string;
  readonly args: readonly string[];
  readonly answer: RegExp;
}

const JSON_TYPE = ['-H', 'Content-Type: application/json'];

/** A body that curl announces with `Expect: 100-continue` before it sends it. */
const MANY = 200_000;

const COMMANDS: readonly Command[] = [
  {
    what: '/v1 in rows',
    args: ['{}/v1/models/echo:predict', '-d', '{"instances": [[1, 2.5], [3, NaN]]}'],
    answer: /^\{"predictions":\s*\[\[1.0,\s*2.5\],\s*\[3.0,\s*NaN\]\]\}$/,
  },
  {
    what: '/v1 in columns',
    args: ['{}/v1/models/echo:predict', '-d', '{"inputs": {"input": [[1, 2.5]]}}'],
    answer: /^\{"outputs":\s*\[\[1.0,\s*2.5\]\]\}$/,
  },
  { what: 'status of a model', args: ['{}/v1/models/echo'], answer: /"state":\s*"AVAILABLE"/ },
  {
    what: '/v2 in JSON',
    args: ['{}/v2/models/echo/infer', '-d', infer('[1, 2.5]')],
    answer: /"data":\[1(?:\.0)?,2.5\]/,
  },
  {
    what: 'an answer that comes compressed',
    args: ['--compressed', '{}/v2/models/echo/infer', '-d', infer(`[${'1,'.repeat(999)}1]`, 500)],
    answer: /"data":\[1(?:\.0)?,1/,
  },
  {
    what: 'a body in chunks',
    args: ['-H', 'Transfer-Encoding: chunked', '{}/v2/models/echo/infer', '-d', infer('[1, 2.5]')],
    answer: /"data":\[1(?:\.0)?,2.5\]/,
  },
  {
    what: 'HTTP/2 without TLS',
    args: ['--http2-prior-knowledge', '{}/v2/models/echo/infer', '-d', infer('[1, 2.5]')],
    answer: /"data":\[1(?:\.0)?,2.5\]/,
  },
  {
    what: 'a large file, which curl asks leave to send',
    args: ['{}/v2/models/echo/infer', '--data-binary', '@many.json'],
    answer: /"shape":\[100000,2\]/,
  },
  {
    what: 'what is wrong, and the status',
    args: ['-w', ' %{http_code}', '{}/v2/models/nobody/infer', '-d', infer('[1, 2.5]')],
    answer: /^\{"error":"Request for unknown model: 'nobody' is not found"\} 404$/,
  },
];

const SCORE: Command = {
  what: '/score',
  args: [...JSON_TYPE, '{}/score', '-d', '{"data": [[1, 2.5]]}'],
  answer: /^\{"outputs":\{"output":\[\[1.0,2.5\]\]\}\}$/,
};

test('curl is answered in every protocol, at every door', async (t) => {
  const models = [{ name: 'echo', version: 1, onnx: identityModel('FP32', ['batch', 2]) }];
  const served = await serveModels(t, { service: 'curl', models });
  const cwd = await temporaryFolder(t);
  await writeFile(join(cwd, 'many.json'), infer(`[${'1,'.repeat(MANY - 1)}1]`, MANY / 2));
  for (const { name, origin, prefix, isService } of doorsOf(served)) {
    for (const { what, args, answer } of isService ? [SCORE, ...COMMANDS] : COMMANDS) {
      const typed = args.map((arg) => arg.replace('{}', `${origin}${prefix}`));
      const always = [
        '--silent',
        '--show-error',
        '--max-time',
        '20',
        '-H',
        `Authorization: Bearer ${served.key}`,
      ];
      const { code, stdout, stderr } = await runProcess(t, 'curl', [...always, ...typed], { cwd });
      assert.equal(code, 0, `${what} at the ${name}: ${stderr}`);
      assert.match(stdout.slice(0, 10_000), answer, `${what} at the ${name}`);
    }
  }
});

function infer(data: string, rows = 1): string {
  return `{"inputs": [{"name": "input", "datatype": "FP32", "shape": [${rows}, 2], "data": ${data}}]}`;
}
