import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseGpus } from './choose-gpus.ts';

const found = (...ids: string[]) => ({
  devices: ids.map((id) => ({ class: 'gpu', id, name: 'H100', memoryMb: 1, driver: '1', declared: false })),
  problem: null,
});
const server = (devices: Record<string, string | null>) => ({
  devices: Object.entries(devices).map(([id, service]) => ({ id, service })),
  problem: null,
});
const BROKEN = { devices: [], problem: 'nvidia-smi finds no GPUs: it ended with status 9.' };
const MUTE = { devices: [], problem: 'It did not answer.' };

test('a job has the GPUs that are visible, else those that no service has, else all', () => {
  type Row = readonly [Parameters<typeof chooseGpus>, readonly string[] | null, RegExp];
  const rows: readonly Row[] = [
    [['4, GPU-7,-1,5', found('GPU-a'), server({ 'GPU-a': null })], ['4', 'GPU-7'], /^$/],
    [['', found('GPU-a'), null], [], /^$/],
    [[undefined, found(), null], null, /^$/],
    [[undefined, found(), server({})], null, /^$/],
    [[undefined, found('GPU-a', 'GPU-b'), null], ['GPU-a', 'GPU-b'], /^$/],
    [[undefined, BROKEN, null], null, /^GPUs are not used: nvidia-smi .* status 9\.$/],
    [
      [undefined, found('GPU-a', 'GPU-b'), server({ 'GPU-a': 'digits', 'GPU-b': null })],
      ['GPU-b'],
      /^GPU GPU-a belongs to the service digits: the job does not use it\.$/,
    ],
    [[undefined, found('GPU-a'), server({ 'GPU-a': 'digits' })], [], /service digits/],
    [[undefined, found('GPU-a', 'GPU-b'), server({})], [], /^2 of 2 GPUs are declared away .*\(gpu=0\)/],
    [[undefined, found('GPU-a', 'GPU-b'), server({ 'GPU-a': null })], ['GPU-a'], /^1 of 2 .*\(gpu=1\)/],
    [[undefined, found(), server({ '0': null, '1': 'x' })], ['0'], /^GPU 1 belongs/],
    [[undefined, found('GPU-a'), MUTE], ['GPU-a'], /^Which GPUs services have is not known.*did not answer/],
    [[undefined, found(), MUTE], null, /^$/],
  ];
  for (const [given, gpus, notes] of rows) {
    const chosen = chooseGpus(...given);
    assert.deepEqual(chosen.gpus, gpus, JSON.stringify(given));
    assert.match(chosen.notes.join('\n'), notes);
  }
});
