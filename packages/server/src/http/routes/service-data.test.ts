import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { API_TOKEN, startApi } from '../api.test.support.ts';

const DATA = '/workspaces/default/services/digits/data';

test('collected files are listed, and read as far as their records are whole', async (t) => {
  const api = await startApi(t);
  await api.register('digits');
  await api.call('POST', '/workspaces/default/services', { body: { name: 'digits', models: ['digits'] } });
  assert.deepEqual((await api.call('GET', DATA)).body, { items: [] });

  const { uid } = (await api.store.read((reader) => reader.get('services', 'digits')))?.value ?? {};
  const put = async (path: string, text: string) => {
    const file = join(api.collectedFolder, String(uid), path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  };
  await put('digits/1/requests/2026/11/23/data-r1-1.jsonl', '{"a":1}\n{"a"');
  await put('digits/1/requests/2026/11/23/data-r1-2.jsonl', '{"a"');
  await put('digits/1/inputs/2026/11/23/data-r1-1.parquet', 'PAR1');
  const { items } = (await api.call('GET', DATA)).body;
  assert.deepEqual(
    items.map(({ path, bytes }: { path: string; bytes: number }) => [path, bytes]),
    [
      ['digits/1/inputs/2026/11/23/data-r1-1.parquet', 4],
      ['digits/1/requests/2026/11/23/data-r1-1.jsonl', 12],
      ['digits/1/requests/2026/11/23/data-r1-2.jsonl', 4],
    ],
  );
  const read = async (path: string) => {
    const url = `${api.url}/api/v1${DATA}/content?path=${encodeURIComponent(path)}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${API_TOKEN}` } });
    return [response.status, await response.text()] as const;
  };
  const texts = await Promise.all(items.map(({ path }: { path: string }) => read(path)));
  assert.deepEqual(texts, [
    [200, 'PAR1'],
    [200, '{"a":1}\n'],
    [200, ''],
  ]);
  await writeFile(join(api.collectedFolder, 'secret'), 'nobody reads this\n');
  for (const path of ['../secret', '/etc/passwd', 'digits', 'digits/1/none.csv']) {
    const [status, text] = await read(path);
    assert.equal(status, 404, path);
    assert.match(text, /has collected no file/);
  }
});
