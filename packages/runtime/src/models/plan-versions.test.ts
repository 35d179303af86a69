import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownVersion, planVersions, type VersionRef } from './plan-versions.ts';

/** `digits:4 AVAILABLE`, or `digits:4 failed`. */
function known(text: string): KnownVersion {
  const [id = '', phase = ''] = text.split(' ');
  const failed = phase === 'failed';
  return { ...wanted(id), phase: failed ? 'END' : (phase as KnownVersion['phase']), failed };
}

function wanted(id: string): VersionRef {
  const [name = '', version] = id.split(':');
  return { name, version: Number(version) };
}

const idOf = ({ name, version }: VersionRef) => `${name}:${version}`;

const CASES: readonly [
  what: string,
  known: readonly string[],
  wanted: readonly string[],
  steps: { readonly load?: string; readonly unload?: readonly string[]; readonly dismissed?: string },
][] = [
  ['the first is loaded first', [], ['a:1', 'b:1'], { load: 'a:1' }],
  ['one at a time', ['a:1 LOADING'], ['a:1', 'b:1'], { load: 'b:1' }],
  ['nothing to do', ['a:1 AVAILABLE'], ['a:1'], {}],
  ['the old stays while the new loads', ['a:1 AVAILABLE', 'a:2 LOADING'], ['a:2'], {}],
  ['the old goes once the new is ready', ['a:1 AVAILABLE', 'a:2 AVAILABLE'], ['a:2'], { unload: ['a:1'] }],
  ['the old stays if the new cannot be loaded', ['a:1 AVAILABLE', 'a:2 failed'], ['a:2'], {}],
  [
    'one of two that cannot be loaded keeps the old',
    ['a:1 AVAILABLE', 'a:2 AVAILABLE', 'a:3 failed'],
    ['a:2', 'a:3'],
    {},
  ],
  ['a failure of another model keeps nothing', ['a:1 AVAILABLE', 'b:1 failed'], ['b:1'], { unload: ['a:1'] }],
  ['what has ended is loaded again', ['a:1 END'], ['a:1'], { load: 'a:1' }],
  ['what is going is waited for', ['a:1 UNLOADING'], ['a:1'], {}],
  [
    'what was dismissed goes at once',
    ['a:1 AVAILABLE', 'a:2 failed'],
    ['a:1', 'a:2'],
    { dismissed: 'a:1', unload: ['a:1'] },
  ],
  ['what was dismissed does not come back', ['a:1 END'], ['a:1'], { dismissed: 'a:1' }],
];

for (const [what, before, target, steps] of CASES) {
  test(`versions: ${what}`, () => {
    const plan = planVersions(
      before.map(known),
      target.map(wanted),
      (version) => idOf(version) === steps.dismissed,
    );
    assert.equal(plan.load && idOf(plan.load), steps.load);
    assert.deepEqual(plan.unload.map(idOf), steps.unload ?? []);
  });
}
