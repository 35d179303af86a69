import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_DEPLOYMENT } from '@slipway/contract/api';
import { type TestScope, waitFor } from '@slipway/testkit';
import type { ReplicaOrder } from './replica-order.ts';
import type { ObservedReplica, Target } from './target.ts';

/** A target to test, and how to end one of its replicas from outside, as a crash would. */
export interface TargetUnderTest {
  readonly target: Target;
  crash(replica: ObservedReplica): Promise<void>;
}

function order(id: string, uid = 'service-1'): ReplicaOrder {
  const service = { uid, name: 'digits', workspace: 'default' };
  const models = [{ name: 'one', version: 1, digest: `sha256:${'0'.repeat(64)}` }];
  return { id, service, revision: 7, models, config: DEFAULT_DEPLOYMENT, devices: { fpga: ['0'] } };
}

/** What every target promises. */
export function describeTarget(name: string, make: (t: TestScope) => Promise<TargetUnderTest>): void {
  describe(name, () => {
    it('starts replicas that become ready, and tells services apart', async (t) => {
      const { target } = await make(t);
      await target.start(order('a'));
      await target.start(order('b', 'service-2'));
      const ready = await phase(target, 'a', 'ready');
      assert.deepEqual(
        {
          serviceUid: ready.serviceUid,
          revision: ready.revision,
          devices: ready.devices,
          alive: ready.alive,
        },
        { serviceUid: 'service-1', revision: 7, devices: { fpga: ['0'] }, alive: true },
      );
      assert.ok(ready.pid !== null && ready.memoryBytes !== null && ready.state?.port);
      assert.deepEqual(
        (await target.observe('service-2')).map(({ id }) => id),
        ['b'],
      );
      assert.equal((await target.observe()).length, 2);
      assert.ok(target.capacity.cpuCores > 0 && target.capacity.memoryGb > 0);
    });

    it('answers for a replica that listens, and refuses for one that does not', async (t) => {
      const { target } = await make(t);
      await target.start(order('a'));
      await phase(target, 'a', 'ready');
      assert.equal((await target.ask('a', 'status', 2_000)).replicaId, 'a');
      assert.equal((await target.ask('a', 'reload', 2_000)).authGeneration, 1);
      await assert.rejects(target.ask('none', 'status', 100), { code: 'unavailable' });
    });

    for (const mode of ['drain', 'kill'] as const) {
      it(`${mode} ends a replica, which is seen until it is forgotten`, async (t) => {
        const { target } = await make(t);
        await target.start(order('a'));
        await phase(target, 'a', 'ready');
        await target.stop('a', mode);
        await waitFor(async () => (await target.observe())[0]?.alive === false, { what: 'the end' });
        await target.stop('a', mode);
        await target.stop('a', 'forget');
        assert.deepEqual(await target.observe(), []);
      });
    }

    it('sees a replica that ended by itself, with its last words', async (t) => {
      const { target, crash } = await make(t);
      await target.start(order('a'));
      await crash(await phase(target, 'a', 'ready'));
      const [ended] = await target.observe();
      assert.deepEqual(
        { alive: ended?.alive, pid: ended?.pid, memoryBytes: ended?.memoryBytes },
        { alive: false, pid: null, memoryBytes: null },
      );
      assert.equal(ended?.state?.replicaId, 'a');
    });

    it('takes no notice of a stop for what is not there', async (t) => {
      const { target } = await make(t);
      for (const mode of ['drain', 'kill', 'forget'] as const) await target.stop('none', mode);
    });
  });
}

async function phase(target: Target, id: string, wanted: string): Promise<ObservedReplica> {
  return await waitFor(
    async () => (await target.observe()).find((r) => r.id === id && r.state?.phase === wanted),
    { what: `${id} to be ${wanted}` },
  );
}
