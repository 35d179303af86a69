import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EventRecord, ModelRecord, WorkspaceRecord } from './collections.ts';
import type { ListQuery, Store } from './store.ts';

const TIME = '2026-01-02T03:04:05.678Z';

function workspace(name: string, tags: Record<string, string> = {}): WorkspaceRecord {
  return { name, description: null, tags, createdAt: TIME, updatedAt: TIME };
}

function model(name: string, version: number, over: Partial<ModelRecord> = {}): ModelRecord {
  return {
    workspace: 'default',
    name,
    version,
    latest: true,
    description: null,
    tags: {},
    properties: {},
    framework: null,
    frameworkVersion: null,
    parentId: null,
    digest: `sha256:${'0'.repeat(64)}`,
    size: 1,
    files: [],
    createdAt: TIME,
    updatedAt: TIME,
    ...over,
  };
}

function event(message: string): EventRecord {
  return {
    serviceUid: 'u1',
    time: TIME,
    type: 'Normal',
    reason: 'Test',
    message,
    revision: null,
    replica: null,
  };
}

/** What every `Store` promises. `make` returns an empty store; the suite closes it. */
export function describeStore(name: string, make: () => Promise<Store>): void {
  describe(`${name} keeps the promises of a store`, () => {
    async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
      const store = await make();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    }

    test('what was put is read back, with sequence and etag', () =>
      withStore(async (store) => {
        const put = await store.write((writer) => writer.put('workspaces', 'a', workspace('a', { x: '1' })));
        const got = await store.read((reader) => reader.get('workspaces', 'a'));
        assert.deepEqual(got, put);
        assert.deepEqual(got?.value, workspace('a', { x: '1' }));
        assert.equal(got?.sequence, 1);
        assert.equal(await store.read((reader) => reader.get('workspaces', 'b')), undefined);
      }));

    test('a kept value does not change with the object it was made from', () =>
      withStore(async (store) => {
        const tags: Record<string, string> = { x: '1' };
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a', tags)));
        tags['x'] = '2';
        const got = await store.read((reader) => reader.get('workspaces', 'a'));
        assert.deepEqual(got?.value.tags, { x: '1' });
      }));

    test('every writing changes the etag, and the sequence stays', () =>
      withStore(async (store) => {
        const first = await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        const second = await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        assert.notEqual(second.etag, first.etag);
        assert.equal(second.sequence, first.sequence);
      }));

    test('a value made again under its id has a new sequence and an etag never seen', () =>
      withStore(async (store) => {
        const first = await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        await store.write((writer) => writer.remove('workspaces', 'a'));
        const second = await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        assert.ok(second.sequence > first.sequence);
        assert.notEqual(second.etag, first.etag);
      }));

    test('a write that throws leaves nothing of itself', () =>
      withStore(async (store) => {
        await store.write((writer) => writer.put('workspaces', 'kept', workspace('kept')));
        const failing = store.write(async (writer) => {
          await writer.put('workspaces', 'new', workspace('new'));
          await writer.put('models', 'default/m:1', model('m', 1, { tags: { t: 'x' } }));
          await writer.remove('workspaces', 'kept');
          throw new RangeError('on purpose');
        });
        await assert.rejects(failing, RangeError);
        await store.read(async (reader) => {
          assert.equal(await reader.get('workspaces', 'new'), undefined);
          assert.ok(await reader.get('workspaces', 'kept'));
          assert.deepEqual(await reader.list('models', { limit: 10 }), []);
        });
      }));

    test('a writer sees what it wrote itself, and a reader does not until the end', () =>
      withStore(async (store) => {
        await store.write(async (writer) => {
          await writer.put('workspaces', 'a', workspace('a'));
          assert.ok(await writer.get('workspaces', 'a'));
          assert.equal(await store.read((reader) => reader.get('workspaces', 'a')), undefined);
        });
        assert.ok(await store.read((reader) => reader.get('workspaces', 'a')));
      }));

    test('what is expected absent must be absent', () =>
      withStore(async (store) => {
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a'), 'absent'));
        const again = store.write((writer) => writer.put('workspaces', 'a', workspace('a'), 'absent'));
        await assert.rejects(again, { code: 'already_exists' });
      }));

    test('what is expected unchanged must be unchanged', () =>
      withStore(async (store) => {
        const { etag } = await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a'), { etag }));
        const stale = { code: 'precondition_failed' };
        await assert.rejects(
          store.write((writer) => writer.put('workspaces', 'a', workspace('a'), { etag })),
          stale,
        );
        await assert.rejects(
          store.write((writer) => writer.remove('workspaces', 'a', { etag })),
          stale,
        );
        await assert.rejects(
          store.write((writer) => writer.put('workspaces', 'b', workspace('b'), { etag })),
          stale,
        );
        await assert.rejects(
          store.write((writer) => writer.remove('workspaces', 'b', { etag })),
          stale,
        );
      }));

    test('remove says whether there was something', () =>
      withStore(async (store) => {
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        assert.equal(await store.write((writer) => writer.remove('workspaces', 'a')), true);
        assert.equal(await store.write((writer) => writer.remove('workspaces', 'a')), false);
      }));

    test('a listing is in the order of making, from either end, in pages', () =>
      withStore(async (store) => {
        await store.write(async (writer) => {
          for (const name of ['c', 'a', 'e', 'b', 'd']) await writer.put('workspaces', name, workspace(name));
          await writer.put('workspaces', 'c', workspace('c', { written: 'again' }));
        });
        await store.read(async (reader) => {
          const names = async (query: Parameters<typeof reader.list<'workspaces'>>[1]) =>
            (await reader.list('workspaces', query)).map((stored) => stored.value.name).join('');
          assert.equal(await names({ limit: 10 }), 'caebd');
          assert.equal(await names({ limit: 10, order: 'newest' }), 'dbeac');
          assert.equal(await names({ limit: 2 }), 'ca');
          assert.equal(await names({ limit: 2, after: 2 }), 'eb');
          assert.equal(await names({ limit: 2, order: 'newest', after: 4 }), 'ea');
          assert.equal(await names({ limit: 2, after: 5 }), '');
        });
      }));

    test('a listing keeps to fields and attributes', () =>
      withStore(async (store) => {
        const models = [
          model('m', 1, { latest: false, tags: { stage: 'test' }, properties: { area: 'x' } }),
          model('m', 2, { tags: { stage: 'live' }, framework: 'Onnx' }),
          model('n', 1, { tags: { stage: 'live', "o'dd": 'a=b,c' }, properties: { stage: 'test' } }),
        ];
        await store.write(async (writer) => {
          for (const value of models)
            await writer.put('models', `default/${value.name}:${value.version}`, value);
        });
        const tag = (key: string, value?: string) => ({ kind: 'tag' as const, key, value });
        const property = (key: string, value?: string) => ({ kind: 'property' as const, key, value });
        const cases: readonly [Omit<ListQuery<'models'>, 'limit'>, string][] = [
          [{ where: { name: 'm' } }, 'm1 m2'],
          [{ where: { latest: true } }, 'm2 n1'],
          [{ where: { name: 'm', latest: false } }, 'm1'],
          [{ where: { framework: null } }, 'm1 n1'],
          [{ where: { framework: 'Onnx' } }, 'm2'],
          [{ where: { name: 'o' } }, ''],
          [{ attributes: [tag('stage')] }, 'm1 m2 n1'],
          [{ attributes: [tag('stage', 'live')] }, 'm2 n1'],
          [{ attributes: [tag('stage', 'live'), property('stage')] }, 'n1'],
          [{ attributes: [tag("o'dd", 'a=b,c')] }, 'n1'],
          [{ attributes: [property('stage', 'live')] }, ''],
          [{ attributes: [tag('stage')], where: { name: 'm' }, order: 'newest' }, 'm2 m1'],
        ];
        for (const [query, expected] of cases) {
          const found = await store.read((reader) => reader.list('models', { ...query, limit: 10 }));
          const names = found.map(({ value }) => `${value.name}${value.version}`).join(' ');
          assert.equal(names, expected, JSON.stringify(query));
        }
      }));

    test('attributes follow the value', () =>
      withStore(async (store) => {
        const list = () =>
          store.read((reader) =>
            reader.list('workspaces', { attributes: [{ kind: 'tag', key: 'x' }], limit: 10 }),
          );
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a', { x: '1' })));
        assert.equal((await list()).length, 1);
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a', { y: '1' })));
        assert.equal((await list()).length, 0);
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a', { x: '1' })));
        await store.write((writer) => writer.remove('workspaces', 'a'));
        await store.write((writer) => writer.put('workspaces', 'a', workspace('a')));
        assert.equal((await list()).length, 0);
      }));

    test('writes at the same time happen one after the other', () =>
      withStore(async (store) => {
        await store.write((writer) => writer.put('modelCounters', 'default/m', { lastVersion: 0 }));
        const count = () =>
          store.write(async (writer) => {
            const counter = await writer.get('modelCounters', 'default/m');
            await new Promise(setImmediate);
            await writer.put('modelCounters', 'default/m', {
              lastVersion: (counter?.value.lastVersion ?? 0) + 1,
            });
          });
        await Promise.all(Array.from({ length: 20 }, count));
        const counter = await store.read((reader) => reader.get('modelCounters', 'default/m'));
        assert.equal(counter?.value.lastVersion, 20);
      }));

    test('a value survives with text of any kind', () =>
      withStore(async (store) => {
        const message = 'Zeile\n"\u0000\u2028 \u{1f600} \\ \'; drop table events;--';
        await store.write((writer) => writer.put('events', 'u1/0000000001', event(message)));
        const got = await store.read((reader) => reader.get('events', 'u1/0000000001'));
        assert.equal(got?.value.message, message);
      }));

    test('close lets what runs end, and a closed store says so', async () => {
      const store = await make();
      const running = store.write(async (writer) => {
        await new Promise(setImmediate);
        return writer.put('workspaces', 'a', workspace('a'));
      });
      await store.close();
      assert.equal((await running).id, 'a');
      await assert.rejects(
        store.write((writer) => writer.remove('workspaces', 'a')),
        { code: 'unavailable' },
      );
      await assert.rejects(
        store.read((reader) => reader.get('workspaces', 'a')),
        { code: 'unavailable' },
      );
    });
  });
}
