import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hold, lastWordsOf, startProgram } from './held-program.test.helper.ts';

const HOLD_MS = 500;

/** A hold that is not seen by then is not seen at all. */
const PATIENCE_MS = 20_000;

const imports = { createHeldTime: 'held-time' };

const BUSY = `
  let busy = true;
  const held = createHeldTime(() => busy);
`;

test('tells how long the process was stopped, of what came before that', async (t) => {
  const body = `${BUSY}
    held.watch();
    console.log('waiting');
    while (held.since(from) === 0 && performance.now() - from < ${PATIENCE_MS}) await pause(5);
    const now = performance.now();
    say({ elapsed: now - from, before: held.since(from), amid: held.since(now - 10), after: held.since(now) });
  `;
  const program = await startProgram(t, { imports, body });
  await hold(program, HOLD_MS);
  const { elapsed, before, amid, after } = (await lastWordsOf(program)) as Record<string, number>;
  assert.ok(Number(before) > HOLD_MS - 100 && Number(before) < Number(elapsed), `${before} of ${elapsed}`);
  assert.ok(Number(amid) <= 10, `${amid} of 10`);
  assert.equal(after, 0);
});

test("the thread's own work is none of it", async (t) => {
  const body = `${BUSY}
    const usedMs = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1e3; };
    held.watch();
    const usedBefore = usedMs();
    while (usedMs() - usedBefore < 300);
    held.look();
    say({ elapsed: performance.now() - from, held: held.since(from) });
  `;
  const program = await startProgram(t, { imports, body });
  const { elapsed, held } = (await lastWordsOf(program)) as Record<string, number>;
  assert.ok(Number(held) < Number(elapsed) - 300, `${held} of ${elapsed}`);
});

test('looks only while something is busy, and keeps no process alive', async (t) => {
  const body = `${BUSY}
    held.watch();
    busy = false;
    await pause(200);
    console.log('waiting');
    while (performance.now() - from < ${HOLD_MS}) await pause(5);
    held.look();
    const unwatched = held.since(from);
    busy = true;
    held.watch();
    say({ unwatched, watched: held.since(from) });
  `;
  const program = await startProgram(t, { imports, body });
  await hold(program, HOLD_MS);
  assert.deepEqual(await lastWordsOf(program), { unwatched: 0, watched: 0 });
});
