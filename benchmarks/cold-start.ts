// Measures how long it takes from `slipway deploy` of a model file to its first answer: npm run bench:cold-start [-- --rounds 5] [--check]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, runProcess, type TestScope, temporaryFolder, withScope } from '@slipway/testkit';

/** The promise, on a machine of two cores. */
const LIMIT_SECONDS = 3;

const SLIPWAY = fileURLToPath(new URL('../node_modules/.bin/slipway', import.meta.url));
const DIGITS = fileURLToPath(new URL('../examples/mnist/digits.onnx', import.meta.url));
const BLANK = JSON.stringify({ data: [new Array(784).fill(0)] });

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, check: { type: 'boolean', default: false } },
});

await withScope(async (scope) => {
  const home = join(await temporaryFolder(scope), 'home');
  const env = { SLIPWAY_HOME: home, SLIPWAY_PORT: '0', SLIPWAY_GATEWAY_PORT: '0' };
  await slipway(scope, env, 'up', '--detach');
  try {
    const seconds: number[] = [];
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      seconds.push(await timeOneService(scope, env, `round-${round}`));
      console.log(`round ${round}: ${seconds.at(-1)?.toFixed(2)} s from the command to the first answer`);
    }
    const middle = median(seconds);
    const kept = middle <= LIMIT_SECONDS;
    console.log(`${kept ? '✔' : '✖'} median ${middle.toFixed(2)} s, limit ${LIMIT_SECONDS} s`);
    if (options.check && !kept) process.exitCode = 1;
  } finally {
    await slipway(scope, env, 'down');
  }
});

/** Each service has a name of its own, so that nothing of an earlier round helps it but the stored model. */
async function timeOneService(
  scope: TestScope,
  env: Readonly<Record<string, string>>,
  name: string,
): Promise<number> {
  const startedAt = performance.now();
  const deployed = await slipway(scope, env, 'deploy', name, '--model', DIGITS, '--json');
  const { scoringUri, credential } = JSON.parse(deployed) as { scoringUri: string; credential: string };
  const answer = await fetch(scoringUri, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: BLANK,
  });
  if (!answer.ok) throw new Error(`${scoringUri} answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
  const seconds = (performance.now() - startedAt) / 1000;
  await slipway(scope, env, 'service', 'delete', name);
  return seconds;
}

async function slipway(
  scope: TestScope,
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<string> {
  const { code, stdout, stderr } = await runProcess(scope, SLIPWAY, args, { env });
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}
