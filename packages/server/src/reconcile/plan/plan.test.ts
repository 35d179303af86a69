import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NO_CAPACITY } from '../../resources/computes/capacity.ts';
import { plan } from './plan.ts';
import type { Step } from './steps.ts';
import type { Actual, Desired, ReplicaView, RevisionGoal } from './world.ts';

const NOW = 1_000_000;

function goal(number: number, change: Partial<RevisionGoal> = {}): RevisionGoal {
  return {
    number,
    template: `template ${number}`,
    numReplicas: 2,
    cpuCores: 1,
    memoryGb: 1,
    devices: {},
    memoryLimitBytes: 1e9,
    failureThreshold: 3,
    rolloutTimeoutMs: 60_000,
    ...change,
  };
}

function replica(id: string, revision: number, change: Partial<ReplicaView> = {}): ReplicaView {
  return {
    id,
    revision,
    template: `template ${revision}`,
    cpuCores: 1,
    memoryGb: 1,
    devices: {},
    drainGraceMs: 30_000,
    alive: true,
    holdsDevices: true,
    phase: 'ready',
    error: null,
    startedAt: NOW - 20_000,
    readyAt: NOW - 10_000,
    streak: 0,
    failedChecks: 0,
    memoryBytes: 5e8,
    routed: true,
    retiredAt: null,
    drainedAt: null,
    requests: 0,
    ...change,
  };
}

function actual(replicas: readonly ReplicaView[], change: Partial<Actual> = {}): Actual {
  return {
    replicas,
    restarts: [],
    rollout: { startedAt: NOW - 30_000, everReady: true },
    capacity: { cpuCores: 8, memoryGb: 8, devices: {} },
    taken: NO_CAPACITY,
    ...change,
  };
}

const starting = { phase: 'loading', readyAt: null, routed: false } as const;
const retired = { routed: false, retiredAt: NOW - 1_000 } as const;
const steady: Desired = { wanted: goal(1), active: goal(1) };
const rollout: Desired = { wanted: goal(2), active: goal(1) };
const full = { capacity: { cpuCores: 8, memoryGb: 2, devices: {} } };
const oneGpu = { gpu: 1 };
const gpuGoal = (number: number, numReplicas: number) => goal(number, { numReplicas, devices: oneGpu });
const gpuReplica = (id: string, revision: number, change: Partial<ReplicaView> = {}) =>
  replica(id, revision, { devices: oneGpu, ...change });
const gpus = (count: number) => ({ capacity: { cpuCores: 8, memoryGb: 8, devices: { gpu: count } } });
const crash = {
  template: 'template 2',
  streak: 1,
  notBefore: NOW,
  error: { code: 'unavailable', message: 'It ended.', permanent: false },
} as const;

const rows: readonly { name: string; desired: Desired; actual: Actual; steps: readonly string[] }[] = [
  {
    name: 'nothing to do when all is as wanted',
    desired: steady,
    actual: actual([replica('a', 1), replica('b', 1)]),
    steps: [],
  },
  {
    name: 'starts all replicas of a first revision',
    desired: { wanted: goal(1), active: null },
    actual: actual([]),
    steps: ['start 1', 'start 1'],
  },
  {
    name: 'routes what is ready',
    desired: { wanted: goal(1), active: null },
    actual: actual([replica('a', 1, { routed: false }), replica('b', 1, starting)]),
    steps: ['route a'],
  },
  {
    name: 'activates when all are ready',
    desired: { wanted: goal(1), active: null },
    actual: actual([replica('a', 1), replica('b', 1, { routed: false })]),
    steps: ['route a,b', 'activate 1'],
  },
  {
    name: 'begins a rolling update with one above the number',
    desired: rollout,
    actual: actual([replica('a', 1), replica('b', 1)]),
    steps: ['start 2'],
  },
  {
    name: 'swaps an old one for a ready new one in one change of the routes',
    desired: rollout,
    actual: actual([
      replica('a', 1),
      replica('b', 1, { startedAt: NOW - 5 }),
      replica('c', 2, { routed: false }),
    ]),
    steps: ['retire a outdated', 'route b,c'],
  },
  {
    name: 'drains what is out of the routes once the gateway has no request with it',
    desired: steady,
    actual: actual([
      replica('a', 1),
      replica('b', 1),
      replica('c', 2, { ...retired, requests: 3 }),
      replica('d', 2, { ...retired, requests: null }),
      replica('e', 2, retired),
    ]),
    steps: ['drain e'],
  },
  {
    name: 'kills what does not end in its grace',
    desired: steady,
    actual: actual([
      replica('a', 1),
      replica('b', 1),
      replica('c', 2, { ...retired, drainedAt: NOW - 40_000 }),
    ]),
    steps: ['kill c'],
  },
  {
    name: 'replaces one that ended, at once',
    desired: steady,
    actual: actual([replica('a', 1), replica('b', 1, { alive: false, holdsDevices: false })], {
      restarts: [{ ...crash, template: 'template 1' }],
    }),
    steps: ['start 1 after 1', 'route a', 'forget b'],
  },
  {
    name: 'waits while it backs off',
    desired: steady,
    actual: actual([replica('a', 1)], {
      restarts: [{ ...crash, template: 'template 1', notBefore: NOW + 1 }],
    }),
    steps: [],
  },
  {
    name: 'takes a stuck one and a silent one away and replaces both',
    desired: steady,
    actual: actual([replica('a', 1, { phase: 'stuck' }), replica('b', 1, { failedChecks: 3 })]),
    steps: ['retire a stuck', 'retire b unanswered', 'start 1', 'start 1', 'route '],
  },
  {
    name: 'keeps the last one that answers while its smaller replacement starts',
    desired: { wanted: goal(1, { numReplicas: 1 }), active: goal(1, { numReplicas: 1 }) },
    actual: actual([replica('a', 1, { memoryBytes: 2e9 })]),
    steps: ['start 1 after 1'],
  },
  {
    name: 'takes one with too much memory away when another has its place',
    desired: { wanted: goal(1, { numReplicas: 1 }), active: goal(1, { numReplicas: 1 }) },
    actual: actual([replica('a', 1, { memoryBytes: 2e9 }), replica('b', 1, { routed: false })]),
    steps: ['retire a memory', 'route b'],
  },
  {
    name: 'scales up without touching what runs',
    desired: { wanted: goal(2, { template: 'template 1', numReplicas: 4 }), active: goal(1) },
    actual: actual([replica('a', 1), replica('b', 1)]),
    steps: ['start 2', 'start 2'],
  },
  {
    name: 'scales down by the youngest',
    desired: { wanted: goal(2, { template: 'template 1', numReplicas: 1 }), active: goal(1) },
    actual: actual([replica('a', 1), replica('b', 1, { startedAt: NOW - 1 })]),
    steps: ['retire b surplus', 'route a', 'activate 2'],
  },
  {
    name: 'makes room by one of two where memory is full',
    desired: rollout,
    actual: actual([replica('a', 1), replica('b', 1)], full),
    steps: ['retire a no-room', 'route b'],
  },
  {
    name: 'never makes room by the last one',
    desired: { wanted: goal(2, { numReplicas: 1 }), active: goal(1, { numReplicas: 1 }) },
    actual: actual([replica('a', 1, { memoryGb: 2 })], full),
    steps: [],
  },
  {
    name: 'makes room by one of two where all devices are taken',
    desired: { wanted: gpuGoal(2, 2), active: gpuGoal(1, 2) },
    actual: actual([gpuReplica('a', 1), gpuReplica('b', 1)], gpus(2)),
    steps: ['retire a no-room', 'route b'],
  },
  {
    name: 'gives a device away only when the one that had it has ended',
    desired: { wanted: gpuGoal(2, 2), active: gpuGoal(1, 2) },
    actual: actual([gpuReplica('a', 1, { ...retired, drainedAt: NOW - 1 }), gpuReplica('b', 1)], gpus(2)),
    steps: [],
  },
  {
    name: 'starts beside the old one where a device is spare',
    desired: { wanted: gpuGoal(2, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('a', 1)], gpus(2)),
    steps: ['start 2'],
  },
  {
    name: 'waits where the spare device of the machine is only taken for now by its own',
    desired: { wanted: gpuGoal(2, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('a', 1), gpuReplica('b', 1, retired)], gpus(2)),
    steps: ['drain b'],
  },
  {
    name: 'makes room even by the last one where it has the only device',
    desired: { wanted: gpuGoal(2, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('a', 1)], gpus(1)),
    steps: ['retire a no-room', 'route '],
  },
  {
    name: 'gives the only device to the new one then, not to the old one again',
    desired: { wanted: gpuGoal(2, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('a', 1, { ...retired, alive: false, holdsDevices: false })], gpus(1)),
    steps: ['start 2', 'forget a'],
  },
  {
    name: 'waits with the only device for what a replica that has ended has left behind',
    desired: { wanted: gpuGoal(1, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('a', 1, { ...retired, alive: false })], gpus(1)),
    steps: [],
  },
  {
    name: 'goes back to the old one where the new one has failed',
    desired: { wanted: gpuGoal(1, 1), active: gpuGoal(1, 1) },
    actual: actual([gpuReplica('c', 2, starting)], gpus(1)),
    steps: ['retire c outdated'],
  },
  {
    name: 'does not take the devices of another service',
    desired: { wanted: gpuGoal(1, 1), active: gpuGoal(1, 1) },
    actual: actual([], { ...gpus(1), taken: { cpuCores: 0, memoryGb: 0, devices: oneGpu } }),
    steps: [],
  },
  {
    name: 'gives up at once more devices than there are',
    desired: { wanted: gpuGoal(1, 3), active: null },
    actual: actual([], gpus(2)),
    steps: ['fail 1 unschedulable'],
  },
  {
    name: 'gives up at once what the whole machine cannot hold',
    desired: { wanted: goal(2, { memoryGb: 5 }), active: goal(1) },
    actual: actual([replica('a', 1), replica('b', 1)]),
    steps: ['fail 2 unschedulable'],
  },
  {
    name: 'gives up when starting again cannot help',
    desired: rollout,
    actual: actual([], { restarts: [{ ...crash, error: { ...crash.error, permanent: true } }] }),
    steps: ['fail 2 unavailable'],
  },
  {
    name: 'gives up after three crashes before it was ever ready',
    desired: rollout,
    actual: actual([], {
      restarts: [{ ...crash, streak: 3 }],
      rollout: { startedAt: NOW, everReady: false },
    }),
    steps: ['fail 2 unavailable'],
  },
  {
    name: 'gives up when the rollout takes too long',
    desired: rollout,
    actual: actual([replica('a', 1), replica('c', 2, starting)], {
      rollout: { startedAt: NOW - 60_001, everReady: false },
    }),
    steps: ['fail 2 deadline_exceeded'],
  },
  {
    name: 'brings an old one back that ended during the rollout',
    desired: { wanted: goal(2, { numReplicas: 1 }), active: goal(1, { numReplicas: 1 }) },
    actual: actual([replica('c', 2, starting)], { restarts: [{ ...crash, template: 'template 1' }] }),
    steps: ['start 1 after 1'],
  },
  {
    name: 'takes everything away when nothing is wanted',
    desired: { wanted: null, active: null },
    actual: actual([replica('a', 1), replica('b', 1, starting)]),
    steps: ['retire b outdated', 'retire a outdated', 'route '],
  },
];

describe('plan', () => {
  for (const row of rows) {
    it(row.name, () => {
      assert.deepEqual(plan(row.desired, row.actual, NOW).map(inWords), row.steps);
    });
  }
});

function inWords(step: Step): string {
  switch (step.do) {
    case 'start':
      return `start ${step.revision}${step.streak === 0 ? '' : ` after ${step.streak}`}`;
    case 'retire':
      return `retire ${step.replica} ${step.reason}`;
    case 'route':
      return `route ${step.replicas.join()}`;
    case 'activate':
      return `activate ${step.revision}`;
    case 'fail':
      return `fail ${step.revision} ${step.error.code}`;
    default:
      return `${step.do} ${step.replica}`;
  }
}
