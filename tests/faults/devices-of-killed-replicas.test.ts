import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ComputeTarget, InferenceConfig, Model } from '@slipway/sdk';
import { temporaryFolder, waitFor } from '@slipway/testkit';
import { startInstallation } from '../harness/installation.ts';

/** Each worker notes its pid, and how many of those before it still run: they would share its device. */
const SCRIPT = (notes: string) => `import os, time

def runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False

def init():
    with open(${JSON.stringify(notes)}, "a+") as notes:
        notes.seek(0)
        before = [int(line.split()[0]) for line in notes]
        notes.write(f"{os.getpid()} {sum(map(runs, before))}\\n")

def run(data):
    open(${JSON.stringify(`${notes}.busy`)}, "w").close()
    time.sleep(60)
`;

const linux = { skip: process.platform !== 'linux' && 'Only Linux tells whose a process is.' };

test(
  'the device of a killed replica is free when the script that it leaves behind has ended',
  linux,
  async (t) => {
    const folder = await temporaryFolder(t);
    const entryScript = join(folder, 'score.py');
    const notes = join(folder, 'notes');
    await writeFile(entryScript, SCRIPT(notes));
    const installation = await startInstallation(t);
    const workspace = await installation.workspace();
    await (await ComputeTarget.get({ workspace, name: 'local' })).update({ devices: { fpga: 1 } });
    const service = await Model.deploy({
      workspace,
      name: 'busy',
      models: [],
      inferenceConfig: new InferenceConfig({ entryScript }),
      deploymentConfig: { devices: { fpga: 1 } },
    });
    await service.waitForDeployment({ timeoutSec: 60 });
    const asked = service.run({}).catch((thrown: unknown) => thrown);
    const [replica] = await service.replicas();
    assert.ok(replica?.pid);
    await waitFor(() => existsSync(`${notes}.busy`), { what: 'a busy script' });
    process.kill(replica.pid, 'SIGKILL');
    await waitFor(
      async () => (await service.replicas()).some(({ id, phase }) => id !== replica.id && phase === 'ready'),
      {
        what: 'another replica',
        timeoutMs: 60_000,
      },
    );
    const workers = (await readFile(notes, 'utf8')).trim().split('\n');
    assert.deepEqual(
      workers.map((line) => line.split(' ')[1]),
      ['0', '0'],
    );
    await asked;
  },
);
