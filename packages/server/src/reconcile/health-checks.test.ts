import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { DEFAULT_DEPLOYMENT, type DeploymentConfig } from '@slipway/contract/api';
import { createMemoryTarget } from '../targets/memory/memory-target.ts';
import { beginHealthChecks } from './health-checks.ts';
import { newNote } from './observe.ts';

/** What checks find, one each period of ten seconds (`+` an answer, `-` none), and the failures that count after each. */
const CASES: readonly [Partial<DeploymentConfig>, answers: string, failures: readonly number[]][] = [
  [{}, '+--+-', [0, 1, 2, 0, 1]],
  [{ successThreshold: 2 }, '+--+-++', [0, 1, 2, 2, 3, 3, 0]],
  [{ initialDelaySeconds: 25 }, '-----', [0, 0, 0, 1, 2]],
  [{ initialDelaySeconds: 25 }, '-+--', [0, 0, 1, 2]],
];

async function readyReplica() {
  const target = createMemoryTarget({ cpuCores: 1, memoryGb: 1 });
  const service = { uid: 'u', name: 'digits', workspace: 'default' };
  await target.start({ id: 'a', service, revision: 1, models: [], config: DEFAULT_DEPLOYMENT, devices: {} });
  const [observed = null] = await target.observe();
  return { target, note: { ...newNote('a', 1, 0, 0), started: true, observed } };
}

for (const [given, answers, failures] of CASES) {
  test(`with ${JSON.stringify(given)}, ${answers} counts as ${failures.join(', ')}`, async () => {
    const { target, note } = await readyReplica();
    const notes = {
      name: 'digits',
      uid: 'u',
      replicas: new Map([[note.id, note]]),
      restarts: [],
      unusable: new Set<string>(),
      rollout: { revision: 1, startedAt: 0, everReady: true },
    };
    const config = { ...DEFAULT_DEPLOYMENT, ...given };
    const counted: number[] = [];
    let told = 0;
    for (const [index, answer] of [...answers].entries()) {
      const ask = answer === '+' ? target.ask : () => Promise.reject(new Error('no answer'));
      const now = () => index * config.periodSeconds * 1000;
      beginHealthChecks(
        { ...target, ask },
        notes,
        () => config,
        now,
        () => (told += 1),
      );
      await setImmediate();
      counted.push(note.failedChecks);
    }
    assert.deepEqual(counted, failures);
    assert.equal(told, answers.replaceAll('+', '').length);
  });
}
