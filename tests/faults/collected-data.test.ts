import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Webservice } from '@slipway/sdk';
import { temporaryFolder, waitFor } from '@slipway/testkit';
import { deploy, replicaPids, waitForReplicas } from '../harness/deployed.ts';
import { startInstallation } from '../harness/installation.ts';
import { writeModels } from '../harness/models.ts';

const IMAGE = { data: [new Array(784).fill(0)] };

test('two replicas collect into files of their own, a killed one leaves whole lines, and all of it goes with the service', async (t) => {
  const installation = await startInstallation(t);
  const { digits } = await writeModels(t);
  const config = { numReplicas: 2, cpuCores: 0.1, collectModelData: true };
  const { service } = await deploy(installation, { name: 'digits', model: digits, config });
  const before = await replicaPids(service);
  await askUntilFiles(service, 2);
  process.kill(before[0] as number, 'SIGKILL');
  await waitForReplicas(service, { count: 2, without: before.slice(0, 1), timeoutMs: 60_000 });
  const files = await askUntilFiles(service, 3);
  const writers = files.map(({ path }) => /\/data-(.+)-1\.jsonl$/.exec(path)?.[1]);
  assert.equal(new Set(writers).size, 3, writers.join());

  const copies = await service.downloadCollected({ targetDir: await temporaryFolder(t) });
  assert.equal(copies.length, 3);
  for (const copy of copies) {
    const lines = (await readFile(copy, 'utf8')).split('\n');
    assert.equal(lines.pop(), '');
    for (const line of lines) assert.equal(JSON.parse(line).inputs[0].data.length, 784);
  }
  await service.delete();
  await assert.rejects(service.collectedFiles(), { code: 'not_found' });
});

async function askUntilFiles(service: Webservice, count: number) {
  return await waitFor(
    async () => {
      await Promise.all(Array.from({ length: 8 }, () => service.run(IMAGE)));
      const files = await service.collectedFiles();
      return files.length === count && files;
    },
    { what: `${count} files`, timeoutMs: 60_000 },
  );
}
