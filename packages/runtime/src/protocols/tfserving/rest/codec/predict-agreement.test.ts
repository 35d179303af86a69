import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Datatype, Signature } from '@slipway/contract';
import fc from 'fast-check';
import { decodeCarefully } from './careful-predict.ts';
import { decodePredict } from './decode-predict.ts';
import { decodeQuickly } from './quick-predict.ts';

const DATATYPES = ['FP32', 'FP64', 'INT64', 'INT8', 'UINT32', 'BOOL', 'BYTES'] as const;

const datatypes = fc.constantFrom<Datatype>(...DATATYPES);
/** Of a model that was converted, `a`, `b` and `c` are keys. */
const signatures = fc
  .tuple(fc.array(datatypes, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([types, isConverted]): Signature => {
    const inputs = types.map((datatype, index) => {
      const name = 'abc'[index] ?? '';
      const names = isConverted ? { name: `in_${name}:0`, alias: name } : { name };
      return { ...names, datatype, shape: [null] };
    });
    return { inputs, outputs: [] };
  });

const scalars = fc.oneof(
  fc.integer({ min: -200, max: 200 }).map(String),
  fc.double().map(String),
  fc.string({ unit: 'grapheme', maxLength: 4 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    'true',
    'false',
    'null',
    'NaN',
    'Infinity',
    '-Infinity',
    'Inf',
    '{"b64":"AA=="}',
    '1e3',
    '-1e400',
  ),
);
const values = fc.letrec<{ value: string; list: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalars, tie('list')),
  list: fc.array(tie('value'), { maxLength: 3 }).map((members) => `[${members.join(' , ')}]`),
})).value;
const objects = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'b64', 'in_a:0', 'in_b'), values), { maxLength: 4 })
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`);
const anything = fc.oneof(
  values,
  objects,
  fc.array(objects, { maxLength: 3 }).map((members) => `[${members}]`),
);
const bodies = fc
  .array(fc.tuple(fc.constantFrom('instances', 'inputs', 'signature_name', 'more'), anything), {
    minLength: 1,
    maxLength: 2,
  })
  .map((members) => `{${members.map(([key, value]) => `"${key}":${value}`).join(',')}}`);

test('what is read quickly is what is read carefully', () => {
  let quick = 0;
  fc.assert(
    fc.property(bodies, signatures, (body, signature) => {
      const call = decodeQuickly(Buffer.from(body), signature);
      if (call === undefined) return;
      quick += 1;
      assert.deepEqual(call, decodeCarefully(Buffer.from(body), signature), body);
    }),
    { numRuns: 6000, seed: 1 },
  );
  assert.ok(quick > 80, `only ${quick} bodies were read quickly`);
});

test('both read the tensors of JSON.parse', () => {
  const rows = fc.integer({ min: 1, max: 4 }).chain((columns) => {
    const row = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
      minLength: columns,
      maxLength: columns,
    });
    return fc.array(row, { minLength: 1, maxLength: 5 });
  });
  const signature: Signature = {
    inputs: [{ name: 'x', datatype: 'FP64', shape: [null, null] }],
    outputs: [],
  };
  fc.assert(
    fc.property(rows, fc.constantFrom('instances', 'inputs'), fc.boolean(), (nested, key, named) => {
      const asRow = nested.map((x) => ({ x }));
      const value = !named ? nested : key === 'instances' ? asRow : { x: nested };
      const body = Buffer.from(JSON.stringify({ [key]: value }, null, 1));
      const parsed: number[][] = JSON.parse(JSON.stringify(nested));
      const shape = [parsed.length, parsed[0]?.length ?? 0];
      const tensor = { name: 'x', datatype: 'FP64', shape, data: Float64Array.from(parsed.flat()) };
      const format = key === 'instances' ? 'row' : 'column';
      const expected = { inputs: [tensor], format, naming: 'key' };
      assert.deepEqual(decodeQuickly(body, signature), expected);
      assert.deepEqual(decodeCarefully(body, signature), expected);
    }),
    { numRuns: 300, seed: 2 },
  );
});

/** How often single bytes of a body are looked at. */
function countReads(body: Buffer, signature: Signature): number {
  let reads = 0;
  const counted = new Proxy(body, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  decodePredict(counted, signature);
  return reads;
}

test('ten times the body is ten times the work, also where it is wrong', () => {
  const signature: Signature = { inputs: [{ name: 'x', datatype: 'FP32', shape: [null] }], outputs: [] };
  const texts: Signature = { inputs: [{ name: 'x', datatype: 'BYTES', shape: [null] }], outputs: [] };
  const rows: [string, Signature, (size: number) => string][] = [
    ['flat', signature, (size) => `{"instances":[${'1.5,'.repeat(size)}1]}`],
    ['unusual', signature, (size) => `{"instances":[${'1.5,'.repeat(size)}Inf]}`],
    ['wrong at the end', signature, (size) => `{"instances":[[${'[1],'.repeat(size)}null]]}`],
    ['deep', signature, (size) => `{"instances":[${'['.repeat(size)}${']'.repeat(size)}]}`],
    ['deep objects', signature, (size) => `{"instances":[${'{"x":'.repeat(size)}1${'}'.repeat(size)}]}`],
    ['objects', signature, (size) => `{"instances":[${'{"x":1},'.repeat(size)}{"x":Inf}]}`],
    [
      'many keys',
      signature,
      (size) => `{${Array.from({ length: size }, (_, key) => `"${key + 10_000}":0,`).join('')}"x":1}`,
    ],
    ['base64', texts, (size) => `{"instances":[${'{"b64":"AAAA"},'.repeat(size)}{"b64":"AAA"}]}`],
    ['long digits', signature, (size) => `{"inputs":[${'9'.repeat(size)}, Inf]}`],
    ['not closed', signature, (size) => `{"instances":[${'[1,2],'.repeat(size)}`],
  ];
  for (const [name, inputs, body] of rows) {
    const small = countReads(Buffer.from(body(500)), inputs);
    const large = countReads(Buffer.from(body(5000)), inputs);
    assert.ok(large < 10.5 * small, `${name}: ${small} reads, then ${large}`);
    assert.ok(large < 40 * body(5000).length, `${name}: ${large} reads for ${body(5000).length} bytes`);
  }
});
