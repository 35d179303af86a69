import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DEPLOYMENT, type PartialDeploymentConfig } from '@slipway/contract/api';
import { completeConfig, configProblems, firstReplicas, scalingProblems, withCollector } from './config.ts';

const GOOD = [
  '*',
  'https://app.example',
  'http://localhost:8080',
  'http://[::1]:3000',
  'capacitor://localhost',
];

/** Origins that browsers never send so, and what they send instead where that can be told. */
const BAD: readonly [string, string | undefined][] = [
  ['https://app.example/', 'https://app.example'],
  ['https://app.example/page?x#y', 'https://app.example'],
  ['https://App.Example:443', 'https://app.example'],
  ['http://app.example:80', 'http://app.example'],
  ['https://me@app.example', 'https://app.example'],
  ['app.example', undefined],
  ['https://*.app.example', undefined],
  ['null', undefined],
  ['file:///page.html', undefined],
];

function problemsOf(origin: string) {
  return configProblems({ ...DEFAULT_DEPLOYMENT, corsOrigins: [GOOD[0] ?? '', origin] });
}

for (const origin of GOOD)
  test(`pages of ${origin} may call`, () => assert.deepEqual(problemsOf(origin), []));

for (const [origin, sent] of BAD) {
  test(`"${origin}" is no origin`, () => {
    const [problem, ...others] = problemsOf(origin);
    assert.deepEqual(others, []);
    assert.equal(problem?.field, 'config.corsOrigins[1]');
    const advice = / write "(.*)"$/.exec(problem?.message ?? '')?.[1];
    assert.equal(advice, sent);
  });
}

/** Settings that contradict each other, and what is said of which field. */
const CONTRADICTIONS: readonly [PartialDeploymentConfig, field: string, message: RegExp][] = [
  [{ tokenAuthEnabled: true }, 'tokenAuthEnabled', /cannot both be true/],
  [{ cpuCores: 2, cpuCoresLimit: 1 }, 'cpuCoresLimit', /less than config\.cpuCores: 1 < 2/],
  [{ memoryGbLimit: 0.25 }, 'memoryGbLimit', /less than config\.memoryGb: 0\.25 < 0\.5/],
  [{ periodSeconds: 1 }, 'timeoutSeconds', /more than config\.periodSeconds: 2 > 1/],
  [
    { autoscaler: { minReplicas: 3, maxReplicas: 2 } },
    'autoscaler.minReplicas',
    /cannot be greater than config\.autoscaler\.maxReplicas: 3 > 2/,
  ],
  [{ enableAppInsights: true }, 'enableAppInsights', /was given none.*OTEL_EXPORTER_OTLP_ENDPOINT/],
];
for (const [given, field, message] of CONTRADICTIONS) {
  test(`${JSON.stringify(given)} contradicts itself`, () => {
    const [problem, ...others] = configProblems(completeConfig(given));
    assert.deepEqual([problem?.field, others], [`config.${field}`, []]);
    assert.match(problem?.message ?? '', message);
  });
}

test('limits may be what is asked for', () => {
  const equal = completeConfig({ cpuCores: 2, cpuCoresLimit: 2, memoryGb: 1, memoryGbLimit: 1 });
  assert.deepEqual(configProblems(equal), []);
});

const COLLECTOR = 'http://collector.example:4318';
const OWN = { endpoint: 'http://own.example:4318', sampleRatio: 0.5 };

/** What was there, what is given, and where spans go then. */
const INSIGHTS: readonly [PartialDeploymentConfig, PartialDeploymentConfig, string | null][] = [
  [{}, {}, null],
  [{}, { enableAppInsights: true }, COLLECTOR],
  [{}, { enableAppInsights: true, tracing: OWN }, OWN.endpoint],
  [{ enableAppInsights: true, tracing: OWN }, { enableAppInsights: false }, null],
  [{ enableAppInsights: true, tracing: OWN }, { numReplicas: 2 }, OWN.endpoint],
  [{ tracing: OWN }, { enableAppInsights: false }, OWN.endpoint],
];
for (const [base, given, endpoint] of INSIGHTS) {
  test(`${JSON.stringify(given)} after ${JSON.stringify(base)} traces to ${endpoint}`, () => {
    const config = withCollector(completeConfig(given, base), COLLECTOR);
    assert.equal(config.tracing?.endpoint ?? null, endpoint);
    assert.deepEqual(configProblems(config), []);
  });
}

const DEFAULTS = {
  minReplicas: 1,
  maxReplicas: 10,
  targetUtilization: 70,
  refreshPeriodSeconds: 1,
  idleSeconds: 300,
};

/** What was there, what is given, how replicas follow the load then, and how many there are at first. */
const SCALED: readonly [PartialDeploymentConfig, PartialDeploymentConfig, unknown, number][] = [
  [{}, {}, null, 1],
  [{}, { autoscaler: {} }, DEFAULTS, 1],
  [{ numReplicas: 3 }, { autoscaler: { minReplicas: 2 } }, { ...DEFAULTS, minReplicas: 2 }, 2],
  [
    { autoscaler: { maxReplicas: 4 } },
    { autoscaler: { minReplicas: 0 } },
    { ...DEFAULTS, minReplicas: 0, maxReplicas: 4 },
    1,
  ],
  [{ autoscaler: {} }, { cpuCores: 2 }, DEFAULTS, 1],
  [{ autoscaler: {} }, { numReplicas: 3 }, null, 3],
  [{ autoscaler: {} }, { autoscaler: null, numReplicas: 0 }, null, 0],
];
for (const [before, given, autoscaler, replicas] of SCALED) {
  test(`${JSON.stringify(given)} on ${JSON.stringify(before)} follows the load by ${JSON.stringify(autoscaler)}`, () => {
    const config = completeConfig(given, completeConfig(before));
    assert.deepEqual(config.autoscaler, autoscaler);
    assert.equal(firstReplicas(config), replicas);
    assert.deepEqual(scalingProblems(given, completeConfig(before)), []);
    assert.deepEqual(completeConfig(config), config, 'what was stored is read as it was');
  });
}

test('a number of replicas and autoscaling exclude each other, in words of Azure', () => {
  const [both, ...others] = scalingProblems({ autoscaler: {}, numReplicas: 2 });
  assert.deepEqual([both?.field, others], ['config.autoscaler', []]);
  assert.match(both?.message ?? '', /^autoscale enabled and num_replicas provided/);
  const [neither] = scalingProblems({ autoscaler: null }, completeConfig({ autoscaler: {} }));
  assert.match(neither?.message ?? '', /^autoscale disabled but num_replicas not provided/);
});
