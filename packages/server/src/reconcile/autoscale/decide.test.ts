import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import fc from 'fast-check';
import { beginScaling, decide, type LoadSample, type ScaleSettings, type ScaleState } from './decide.ts';

const SETTINGS: ScaleSettings = {
  minReplicas: 1,
  maxReplicas: 10,
  targetUtilization: 70,
  scaleInWindowMs: 60_000,
  idleMs: 300_000,
};

const QUIET: LoadSample = { replicas: 1, busy: 0, waiting: 0, held: 0, room: 100, rollingOut: false };

/** What is there, what is seen, and what is wanted then. */
const LOOKS: readonly [what: string, replicas: number, sample: Partial<LoadSample>, wanted: number][] = [
  ['the target is met', 2, { busy: 1.4, replicas: 2 }, 2],
  ['a little more than the target', 2, { busy: 1.41, replicas: 2 }, 3],
  ['busy all the time', 1, { busy: 1 }, 2],
  ['what waits counts where all are busy', 2, { busy: 2, replicas: 2, waiting: 0.5 }, 4],
  ['but doubles them at most', 2, { busy: 2, replicas: 2, waiting: 50 }, 4],
  ['and counts not where some are free', 4, { busy: 2, replicas: 4, waiting: 50 }, 4],
  ['never more than the most', 8, { busy: 8, replicas: 8, waiting: 50 }, 10],
  ['as many as there is room for', 4, { busy: 4, replicas: 4, room: 5 }, 5],
  ['less load takes nothing away at once', 5, { busy: 0.1, replicas: 5 }, 5],
];
for (const [what, replicas, sample, wanted] of LOOKS) {
  test(`${what}: ${replicas} → ${wanted}`, () => {
    const { state } = decide(beginScaling(replicas, 0), { ...QUIET, ...sample }, SETTINGS, 1_000);
    assert.equal(state.replicas, wanted);
  });
}

test('replicas go when the highest need of the window is lower, in one step', () => {
  let state = beginScaling(6, 0);
  const seen: number[] = [];
  for (let now = 1_000; now <= 90_000; now += 1_000) {
    const busy = now === 20_000 ? 2.7 : 0.3;
    state = decide(state, { ...QUIET, replicas: state.replicas, busy }, SETTINGS, now).state;
    if (state.replicas !== seen.at(-1)) seen.push(state.replicas);
    if (now === 59_000) assert.equal(state.replicas, 6);
    if (now === 79_000) assert.equal(state.replicas, 4);
  }
  assert.deepEqual(seen, [6, 4, 1]);
});

test('a service that may have none keeps one until it was idle for long enough, and gets one for a held request', () => {
  const settings = { ...SETTINGS, minReplicas: 0 };
  let state = beginScaling(2, 0);
  const at = (now: number, sample: Partial<LoadSample> = {}) => {
    state = decide(state, { ...QUIET, ...sample }, settings, now).state;
    return state.replicas;
  };
  assert.equal(at(10_000, { busy: 0.1 }), 2);
  assert.equal(at(71_000), 1);
  assert.equal(at(309_999), 1);
  assert.equal(at(310_000, { rollingOut: true }), 1, 'a new revision has to prove itself');
  assert.equal(at(311_000), 0);
  assert.equal(at(312_000, { replicas: 0 }), 0);
  assert.equal(at(313_000, { replicas: 0, held: 40 }), 1);
  assert.equal(at(314_000), 1);
});

test('nothing is taken away while a new revision takes over', () => {
  let state = beginScaling(5, 0);
  for (let now = 1_000; now < 200_000; now += 1_000) {
    state = decide(state, { ...QUIET, replicas: 5, rollingOut: true }, SETTINGS, now).state;
  }
  assert.equal(state.replicas, 5);
});

const settings: fc.Arbitrary<ScaleSettings> = fc
  .record({
    minReplicas: fc.nat(6),
    more: fc.integer({ min: 1, max: 12 }),
    targetUtilization: fc.integer({ min: 20, max: 100 }),
    scaleInWindowMs: fc.integer({ min: 1_000, max: 60_000 }),
    idleMs: fc.integer({ min: 1_000, max: 300_000 }),
  })
  .map(({ more, ...rest }) => ({ ...rest, maxReplicas: rest.minReplicas + more }));

const part = fc.double({ min: 0, max: 20, noNaN: true });
const sample: fc.Arbitrary<LoadSample> = fc
  .record({
    replicas: fc.nat(20),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    waiting: part,
    held: fc.nat(5),
    room: fc.nat(20),
    rollingOut: fc.boolean(),
  })
  .map(({ share, ...rest }) => ({ ...rest, busy: share * rest.replicas }));

/** Looks, a second apart. */
const looks = fc.array(sample, { minLength: 1, maxLength: 100 });

describe('whatever the load', () => {
  it('stays within the limits, within the room, and above what the load needs', () => {
    fc.assert(
      fc.property(settings, looks, (given, seen) => {
        let state = beginScaling(given.minReplicas, 0);
        for (const [index, one] of seen.entries()) {
          const outcome = decide(state, one, given, (index + 1) * 1_000);
          const { replicas, lackedAt } = outcome.state;
          assert.ok(replicas <= given.maxReplicas && replicas >= Math.min(given.minReplicas, replicas));
          const floor = Math.max(given.minReplicas, one.rollingOut ? 1 : 0);
          assert.ok(replicas >= given.minReplicas && replicas <= Math.max(one.room, floor));
          const isEnough = replicas >= outcome.needed;
          assert.ok(isEnough || lackedAt !== null, 'fewer than needed, and nobody is told why');
          const capable = Math.min(given.maxReplicas, Math.max(one.room, floor));
          assert.ok(replicas * given.targetUtilization >= one.busy * 100 - 1e-6 || replicas === capable);
          state = outcome.state;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never wants fewer replicas for more load', () => {
    fc.assert(
      fc.property(settings, looks, sample, part, fc.nat(5), (given, seen, last, more, held) => {
        let state: ScaleState = beginScaling(given.minReplicas, 0);
        for (const [index, one] of seen.entries()) state = decide(state, one, given, index * 1_000).state;
        const now = seen.length * 1_000;
        const heavier = {
          ...last,
          busy: Math.min(last.replicas, last.busy + more),
          waiting: last.waiting + more,
          held: last.held + held,
        };
        const [light, heavy] = [last, heavier].map((one) => decide(state, one, given, now).state.replicas);
        assert.ok((light ?? 0) <= (heavy ?? 0), `${light} and ${heavy}`);
      }),
      { numRuns: 500 },
    );
  });

  it('comes to rest under constant load, at what the load needs', () => {
    const load = fc.oneof(
      fc.record({
        kind: fc.constant('arriving' as const),
        size: fc.double({ min: 0.01, max: 15, noNaN: true }),
      }),
      fc.record({ kind: fc.constant('callers' as const), size: fc.integer({ min: 1, max: 40 }) }),
    );
    fc.assert(
      fc.property(
        settings,
        load,
        fc.integer({ min: 0, max: 5 }),
        fc.nat(15),
        (given, { kind, size }, delay, first) => {
          const begun = Math.min(given.maxReplicas, Math.max(1, given.minReplicas, first));
          let state = beginScaling(begun, 0);
          const wanted = [begun];
          let backlog = 0;
          for (let second = 1; second <= 300; second += 1) {
            // A replica answers some seconds after it was wanted.
            const replicas = Math.min(...wanted.slice(-1 - delay));
            const busy = Math.min(replicas, kind === 'callers' ? size : size + backlog);
            backlog =
              kind === 'callers'
                ? Math.max(0, size - replicas)
                : Math.min(replicas * 50, Math.max(0, backlog + size - busy));
            const seen = { ...QUIET, replicas, busy, waiting: backlog };
            ({ state } = decide(state, seen, given, second * 1_000));
            wanted.push(state.replicas);
          }
          const settled = wanted.slice(200);
          assert.equal(new Set(settled).size, 1, `it still moves: ${wanted.join(' ')}`);
          const turns = wanted.filter(
            (one, i) => (one - (wanted[i - 1] ?? one)) * (next(wanted, i) - one) < 0,
          );
          assert.ok(turns.length <= 2, `it swings: ${wanted.join(' ')}`);
          const needs = Math.min(
            given.maxReplicas,
            Math.max(given.minReplicas, Math.ceil((size * 100) / given.targetUtilization - 1e-9)),
          );
          assert.ok((settled[0] ?? 0) >= needs, `${settled[0]} for ${needs}`);
          assert.ok((settled[0] ?? 0) <= Math.max(1, needs), `${settled[0]} for ${needs}`);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The first other number after this place. */
function next(numbers: readonly number[], index: number): number {
  return numbers.slice(index).find((one) => one !== numbers[index]) ?? numbers[index] ?? 0;
}
