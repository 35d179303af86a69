import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { NO_CAPACITY } from '../../resources/computes/capacity.ts';
import { plan } from './plan.ts';
import { restartAfter, stillMissing, withoutStarted } from './restarts.ts';
import type { Step } from './steps.ts';
import type { Actual, Desired, ReplicaView, RevisionGoal } from './world.ts';

/** One tick of the simulated clock. */
const TICK_MS = 500;

/** Longer than any back-off and start in the simulation: what has not settled by then never will. */
const TICKS_TO_SETTLE = 600;

/** What it has started outlives it by so many ticks. */
interface Simulated extends ReplicaView {
  readonly leftTicks: number;
}

interface World {
  now: number;
  desired: Desired;
  replicas: Simulated[];
  actual: Omit<Actual, 'replicas'>;
  born: number;
}

type Incident =
  | { readonly kind: 'crash' | 'stuck' | 'swell'; readonly at: number; readonly victim: number }
  | { readonly kind: 'deploy'; readonly at: number; readonly numReplicas: number; readonly template: string };

const incident = (mostReplicas: number): fc.Arbitrary<Incident> =>
  fc.oneof(
    fc.record({
      kind: fc.constantFrom('crash', 'stuck', 'swell'),
      at: fc.integer({ min: 0, max: 60 }),
      victim: fc.nat(9),
    }),
    fc.record({
      kind: fc.constant('deploy'),
      at: fc.integer({ min: 0, max: 60 }),
      numReplicas: fc.integer({ min: 1, max: mostReplicas }),
      template: fc.constantFrom('red', 'green', 'blue'),
    }),
  );

describe('plan in a simulated world', () => {
  it('converges, stays within the surge, and never takes away the last replica that answers', () => {
    const memoryGb = fc.integer({ min: 5, max: 12 });
    const gpus = fc.integer({ min: 4, max: 6 });
    fc.assert(
      fc.property(fc.array(incident(4), { maxLength: 12 }), memoryGb, gpus, (incidents, gb, count) =>
        simulate(incidents, newWorld(gb, count, 2)),
      ),
      { numRuns: 150 },
    );
  });

  it('brings a service with the only device there is to its newest revision, never with two on it', () => {
    const incidents = fc.array(incident(1), { maxLength: 12 });
    fc.assert(
      fc.property(incidents, (some) => simulate(some, newWorld(12, 1, 1))),
      { numRuns: 100 },
    );
  });
});

function simulate(incidents: readonly Incident[], world: World): void {
  for (let tick = 0; tick < TICKS_TO_SETTLE; tick += 1) {
    for (const incident of incidents) if (incident.at === tick) happen(world, incident);
    advance(world);
    if (tick > 60 && isSettled(world)) return;
  }
  assert.fail(`not settled: ${JSON.stringify(world.replicas)}`);
}

/** Every replica has a GPU for itself. */
function newWorld(memoryGb: number, gpus: number, numReplicas: number): World {
  return {
    now: 0,
    desired: { wanted: goal(1, numReplicas, 'red'), active: null },
    replicas: [],
    actual: {
      restarts: [],
      rollout: { startedAt: 0, everReady: true },
      capacity: { cpuCores: 8, memoryGb, devices: { gpu: gpus } },
      taken: NO_CAPACITY,
    },
    born: 0,
  };
}

function goal(number: number, numReplicas: number, template: string): RevisionGoal {
  return {
    number,
    template,
    numReplicas,
    cpuCores: 1,
    memoryGb: 1,
    devices: { gpu: 1 },
    memoryLimitBytes: 1e9,
    failureThreshold: 3,
    rolloutTimeoutMs: 1e9,
  };
}

function happen(world: World, incident: Incident): void {
  if (incident.kind === 'deploy') {
    const { wanted } = world.desired;
    world.desired = {
      ...world.desired,
      wanted: goal((wanted?.number ?? 0) + 1, incident.numReplicas, incident.template),
    };
    return;
  }
  const victim = world.replicas[incident.victim % Math.max(1, world.replicas.length)];
  if (victim === undefined) return;
  if (incident.kind === 'crash') replace(world, { ...victim, alive: false, leftTicks: 3 });
  if (incident.kind === 'stuck' && victim.phase === 'ready') replace(world, { ...victim, phase: 'stuck' });
  if (incident.kind === 'swell') replace(world, { ...victim, memoryBytes: 2e9 });
}

function replace(world: World, changed: Simulated): void {
  world.replicas = world.replicas.map((replica) => (replica.id === changed.id ? changed : replica));
}

function advance(world: World): void {
  world.now += TICK_MS;
  world.replicas = world.replicas.map((replica) => grow(world, replica));
  const ended = world.replicas.filter((r) => !r.alive && r.retiredAt === null);
  for (const replica of ended) replace(world, { ...replica, retiredAt: world.now });
  const restarts = [...world.actual.restarts, ...ended.map((replica) => restartAfter(replica, world.now))];
  world.actual = { ...world.actual, restarts: stillMissing(restarts, world.desired, world.replicas) };
  const actual = { ...world.actual, replicas: world.replicas };
  const steps = plan(world.desired, actual, world.now);
  checkSteps(world, steps);
  for (const step of steps) apply(world, step);
}

function grow(world: World, replica: Simulated): Simulated {
  if (!replica.alive) {
    const leftTicks = replica.leftTicks - 1;
    return { ...replica, leftTicks, holdsDevices: leftTicks > 0 };
  }
  if (replica.drainedAt !== null) return { ...replica, alive: false, holdsDevices: false };
  if (replica.phase !== 'loading' || world.now - replica.startedAt < 2 * TICK_MS) return replica;
  return { ...replica, phase: 'ready', readyAt: world.now };
}

function checkSteps(world: World, steps: readonly Step[]): void {
  const answering = world.replicas.filter((r) => r.alive && r.phase === 'ready' && r.retiredAt === null);
  const taken = steps.flatMap((step) =>
    step.do === 'retire' && step.reason !== 'memory' ? [step.replica] : [],
  );
  const left = answering.filter((replica) => !taken.includes(replica.id));
  const onlyDevice = world.actual.capacity.devices['gpu'] === 1;
  assert.ok(
    onlyDevice || answering.length === 0 || left.length > 0,
    `took the last one away: ${JSON.stringify(steps)}`,
  );
  const staying = world.replicas.filter(
    (r) => r.alive && r.retiredAt === null && !taken.includes(r.id),
  ).length;
  const starts = steps.filter((step) => step.do === 'start').length;
  const most = Math.max(world.desired.wanted?.numReplicas ?? 0, world.desired.active?.numReplicas ?? 0) + 1;
  assert.ok(starts === 0 || staying + starts <= most, `over the surge: ${staying} and ${starts}`);
}

function apply(world: World, step: Step): void {
  if (step.do === 'start') {
    start(world, step);
    return;
  }
  if (step.do === 'activate') {
    world.desired = { ...world.desired, active: world.desired.wanted };
    return;
  }
  assert.ok(step.do !== 'fail', `nothing can fail here: ${JSON.stringify(step)}`);
  if (step.do === 'route') {
    world.replicas = world.replicas.map((r) => ({ ...r, routed: step.replicas.includes(r.id) }));
    return;
  }
  const replica = world.replicas.find(({ id }) => id === step.replica);
  assert.ok(replica);
  if (step.do === 'forget') world.replicas = world.replicas.filter((other) => other !== replica);
  else if (step.do === 'retire') replace(world, { ...replica, retiredAt: world.now });
  else replace(world, { ...replica, drainedAt: replica.drainedAt ?? world.now });
}

function start(world: World, { revision, streak }: Extract<Step, { do: 'start' }>): void {
  const { wanted, active } = world.desired;
  const chosen = wanted?.number === revision ? wanted : active;
  assert.ok(chosen);
  const restarts = withoutStarted(world.actual.restarts, chosen.template, streak);
  world.actual = { ...world.actual, restarts };
  world.born += 1;
  world.replicas.push({
    id: `r${world.born}`,
    revision,
    template: chosen.template,
    cpuCores: 1,
    memoryGb: 1,
    devices: { gpu: 1 },
    drainGraceMs: 1_000,
    alive: true,
    holdsDevices: true,
    leftTicks: 0,
    phase: 'loading',
    error: null,
    startedAt: world.now,
    readyAt: null,
    streak,
    failedChecks: 0,
    memoryBytes: 5e8,
    routed: false,
    retiredAt: null,
    drainedAt: null,
    requests: 0,
  });
  const used = world.replicas.filter((replica) => replica.alive).length;
  assert.ok(used <= world.actual.capacity.memoryGb, 'took more memory than there is');
  const held = world.replicas.filter((replica) => replica.holdsDevices).length;
  assert.ok(held <= (world.actual.capacity.devices['gpu'] ?? 0), 'two replicas have one device');
}

function isSettled({ desired: { wanted, active }, replicas }: World): boolean {
  return (
    wanted !== null &&
    active?.number === wanted.number &&
    replicas.length === wanted.numReplicas &&
    replicas.every((r) => r.alive && r.phase === 'ready' && r.routed && r.template === wanted.template)
  );
}
