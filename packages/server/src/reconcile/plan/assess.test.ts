import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceState } from '@slipway/contract/api';
import { assess } from './assess.ts';
import type { Actual, Desired, ReplicaView, RevisionGoal } from './world.ts';

const NOW = 1_000_000;

const goal = (number: number): RevisionGoal => ({
  number,
  template: `template ${number}`,
  numReplicas: 2,
  cpuCores: 1,
  memoryGb: 1,
  devices: {},
  memoryLimitBytes: null,
  failureThreshold: 3,
  rolloutTimeoutMs: 60_000,
});

const ready = (id: string, change: Partial<ReplicaView> = {}): ReplicaView => ({
  id,
  revision: 1,
  template: 'template 1',
  cpuCores: 1,
  memoryGb: 1,
  devices: {},
  drainGraceMs: 1,
  alive: true,
  holdsDevices: true,
  phase: 'ready',
  error: null,
  startedAt: NOW,
  readyAt: NOW,
  streak: 0,
  failedChecks: 0,
  memoryBytes: 1,
  routed: true,
  retiredAt: null,
  drainedAt: null,
  requests: 0,
  ...change,
});

const loading = { phase: 'loading', readyAt: null, routed: false } as const;
const steady: Desired = { wanted: goal(1), active: goal(1) };
const rollout: Desired = { wanted: goal(2), active: goal(1) };
const crash = {
  template: 'template 1',
  streak: 2,
  notBefore: NOW + 1_000,
  error: { code: 'unavailable', message: 'It ended.', permanent: false },
} as const;

const rows: readonly {
  name: string;
  desired: Desired;
  replicas: readonly ReplicaView[];
  change?: Partial<Actual>;
  state: ServiceState;
  ready: number;
  error?: RegExp;
}[] = [
  { name: 'all are ready', desired: steady, replicas: [ready('a'), ready('b')], state: 'Healthy', ready: 2 },
  {
    name: 'they start for the first time',
    desired: { wanted: goal(1), active: null },
    replicas: [ready('a'), ready('b', loading)],
    state: 'Transitioning',
    ready: 1,
  },
  {
    name: 'they start again with the machine',
    desired: steady,
    replicas: [ready('a', loading), ready('b', loading)],
    state: 'Transitioning',
    ready: 0,
  },
  {
    name: 'a rollout goes on',
    desired: rollout,
    replicas: [ready('a'), ready('b')],
    state: 'Transitioning',
    ready: 2,
  },
  {
    name: 'a rollout has no room',
    desired: rollout,
    replicas: [ready('a'), ready('b')],
    change: { capacity: { cpuCores: 8, memoryGb: 2, devices: {} } },
    state: 'Unschedulable',
    ready: 2,
    error: /1 replica of 1 CPU cores and 1 GB memory cannot be placed: free are 8 CPU cores and 0 GB/,
  },
  {
    name: 'one backs off',
    desired: steady,
    replicas: [ready('a')],
    change: { restarts: [crash] },
    state: 'Unhealthy',
    ready: 1,
    error: /^It ended\.$/,
  },
  {
    name: 'the one that follows a crash starts',
    desired: steady,
    replicas: [ready('a'), ready('b', { ...loading, streak: 1 })],
    state: 'Unhealthy',
    ready: 1,
  },
  {
    name: 'one is stuck',
    desired: steady,
    replicas: [ready('a'), ready('b', { phase: 'stuck' })],
    state: 'Unhealthy',
    ready: 1,
  },
  {
    name: 'there is no room any more',
    desired: steady,
    replicas: [ready('a')],
    change: { taken: { cpuCores: 0, memoryGb: 6.5, devices: {} } },
    state: 'Unschedulable',
    ready: 1,
    error: /free are 7 CPU cores and 0\.5 GB/,
  },
];

describe('assess', () => {
  for (const row of rows) {
    it(`${row.state} when ${row.name}`, () => {
      const actual: Actual = {
        replicas: row.replicas,
        restarts: [],
        rollout: { startedAt: NOW, everReady: true },
        capacity: { cpuCores: 8, memoryGb: 8, devices: {} },
        taken: { cpuCores: 0, memoryGb: 0, devices: {} },
        ...row.change,
      };
      const { state, readyReplicas, error } = assess(row.desired, actual, NOW);
      assert.deepEqual([state, readyReplicas], [row.state, row.ready]);
      if (row.error === undefined) assert.equal(error, null);
      else assert.match(error?.message ?? '', row.error);
    });
  }
});
