import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { startApi } from './api.test.support.ts';

const PREFIX = '/api/v1';

interface Described {
  readonly openapi: string;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, object>>;
}

test('the description points to schemas that are there, and names every parameter of a path', async (t) => {
  const api = await startApi(t);
  const document: Described = (await api.call('GET', '/openapi.json')).body;
  assert.equal(document.openapi, '3.1.0');
  const text = JSON.stringify(document);
  for (const [, name = ''] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    const schema = name.replace('#/components/schemas/', '');
    assert.ok(Object.hasOwn(document.components.schemas, schema), name);
  }
  assert.ok(Object.hasOwn(document.components.schemas, 'Service'));
  assert.doesNotMatch(text, /"\$id"|x-slipway-schema/);
  for (const [path, operations] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const [method, { parameters = [], responses }] of Object.entries(operations)) {
      const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      assert.deepEqual(named.toSorted(), inPath.toSorted(), `${method} ${path}`);
      assert.ok(Object.keys(responses).length > 0, `${method} ${path}`);
    }
  }
  const append = document.paths[`${PREFIX}/uploads/{id}`]?.['patch'];
  assert.ok(append?.parameters?.some(({ name }) => name === 'upload-offset'));
});

test('docs/reference/rest-api.md has every route, and no other', async (t) => {
  const api = await startApi(t);
  const { paths }: Described = (await api.call('GET', '/openapi.json')).body;
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.slice(PREFIX.length)}`),
  );
  const page = await readFile(new URL('../../../../docs/reference/rest-api.md', import.meta.url), 'utf8');
  const [top = '', inWorkspace = ''] = page.split('## Below `/workspaces/{ws}`');
  const documented = [...routesIn(top, ''), ...routesIn(inWorkspace, '/workspaces/{ws}')];
  assert.deepEqual(documented.toSorted(), described.toSorted());
});

function routesIn(text: string, prefix: string): readonly string[] {
  const rows = text.matchAll(/^\| `([A-Z]+) (\/[^`]*)`/gm);
  return [...rows].map(([, method, path]) => `${method} ${prefix}${path}`);
}
