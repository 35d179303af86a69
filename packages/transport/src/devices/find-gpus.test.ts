import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { onTestEnd, type TestScope, temporaryFolder } from '@slipway/testkit';
import { findGpus } from './find-gpus.ts';

/** As nvidia-smi prints them: a GPU of a data centre, one whose name has a comma, and one that hides its memory. */
const THREE_GPUS = `0, GPU-6f9c1d5e-8a55-4f0b-9d0a-0c3d4f0f7a11, NVIDIA H100 80GB HBM3, 81559, 550.54.15
1, GPU-0a6d2c3b-1111-2222-3333-444455556666, Quadro RTX 6000, passive, 24220, 550.54.15
2, GPU-77777777-1111-2222-3333-444455556666, NVIDIA GB10, [N/A], 550.54.15
`;

/** Puts a program in the place of nvidia-smi; `null`: there is none. */
async function withNvidiaSmi(t: TestScope, script: string | null): Promise<void> {
  const folder = await temporaryFolder(t);
  if (script !== null) {
    await writeFile(join(folder, 'nvidia-smi'), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, 'nvidia-smi'), 0o755);
  }
  const before = process.env['PATH'];
  process.env['PATH'] = script === null ? folder : `${folder}${delimiter}${before}`;
  onTestEnd(t, () => {
    process.env['PATH'] = before;
  });
}

test('GPUs are what nvidia-smi says', async (t) => {
  await withNvidiaSmi(t, `[ "$2" = --format=csv,noheader,nounits ] && cat <<'END'\n${THREE_GPUS}END`);
  const { devices, problem } = await findGpus();
  assert.equal(problem, null);
  assert.deepEqual(
    devices.map(({ class: name, id, name: model, memoryMb, driver }) => [name, id, model, memoryMb, driver]),
    [
      ['gpu', 'GPU-6f9c1d5e-8a55-4f0b-9d0a-0c3d4f0f7a11', 'NVIDIA H100 80GB HBM3', 81_559, '550.54.15'],
      ['gpu', 'GPU-0a6d2c3b-1111-2222-3333-444455556666', 'Quadro RTX 6000, passive', 24_220, '550.54.15'],
      ['gpu', 'GPU-77777777-1111-2222-3333-444455556666', 'NVIDIA GB10', null, '550.54.15'],
    ],
  );
});

/** What goes wrong in an nvidia-smi that is there, and what is told of it. */
const BROKEN: readonly [what: string, script: string, problem: RegExp][] = [
  [
    'a driver that does not run',
    `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`,
    /^nvidia-smi finds no GPUs: it ended with status 9 \(NVIDIA-SMI has failed because .* driver\)\.$/,
  ],
  ['no GPU for its driver', 'echo "No devices were found"; exit 6', /status 6 \(No devices were found\)/],
  ['something else', 'echo "hello, world"', /it answered "hello, world" instead of index,uuid/],
];
for (const [what, script, expected] of BROKEN) {
  test(`${what} is told`, async (t) => {
    await withNvidiaSmi(t, script);
    const { devices, problem } = await findGpus();
    assert.deepEqual(devices, []);
    assert.match(problem ?? '', expected);
  });
}

test('a machine without nvidia-smi has no GPUs, unless it has some without a driver', async (t) => {
  await withNvidiaSmi(t, null);
  const pci = await temporaryFolder(t);
  const add = async (slot: string, vendor: string, kind: string) => {
    await mkdir(join(pci, slot));
    await writeFile(join(pci, slot, 'vendor'), `${vendor}\n`);
    await writeFile(join(pci, slot, 'class'), `${kind}\n`);
  };
  await add('0000:00:02.0', '0x8086', '0x030000');
  await add('0000:01:00.1', '0x10de', '0x040300');
  assert.deepEqual(await findGpus(pci), { devices: [], problem: null });
  await add('0000:01:00.0', '0x10de', '0x030000');
  assert.match((await findGpus(pci)).problem ?? '', /has 1 GPU of NVIDIA, but no nvidia-smi/);
  assert.equal((await findGpus(join(pci, 'missing'))).problem, null);
});

const real = await findGpus();
test('the GPUs of this machine are found', {
  skip:
    real.devices.length === 0 && `NO GPU HERE, nothing real was tested: ${real.problem ?? 'no nvidia-smi'}`,
}, () => {
  for (const { id, name, memoryMb, driver } of real.devices) {
    assert.match(id, /^GPU-/);
    assert.ok(name.length > 0 && (memoryMb ?? 1) > 0 && driver !== null);
  }
});
