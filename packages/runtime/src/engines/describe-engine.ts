import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Datatype, Signature, Tensor, TensorData } from '@slipway/contract';
import type { Engine, LoadOptions } from './engine.ts';

/** How an engine's own models are made for the suite. */
export interface EngineUnderTest {
  readonly engine: Engine;
  /** Writes a model with one input `input` of shape ["n"], which is also its output `output`. */
  writeIdentity(folder: string, datatype: Datatype): void;
}

const TEXT = new TextEncoder();

/** Values at the edges of each datatype, which only an exact copy keeps. */
const SAMPLES: Readonly<Partial<Record<Datatype, TensorData>>> = {
  BOOL: Uint8Array.of(0, 1, 1),
  UINT8: Uint8Array.of(0, 1, 255),
  UINT16: Uint16Array.of(0, 1, 65_535),
  UINT32: Uint32Array.of(0, 1, 4_294_967_295),
  UINT64: BigUint64Array.of(0n, 9_007_199_254_740_993n, 18_446_744_073_709_551_615n),
  INT8: Int8Array.of(-128, 0, 127),
  INT16: Int16Array.of(-32_768, 0, 32_767),
  INT32: Int32Array.of(-2_147_483_648, 0, 2_147_483_647),
  INT64: BigInt64Array.of(-9_223_372_036_854_775_808n, 9_007_199_254_740_993n, 9_223_372_036_854_775_807n),
  FP16: Uint16Array.of(0x3c00, 0x7e00, 0xfc00),
  BF16: Uint16Array.of(0x3f80, 0x7fc0, 0xff80, 0x8000, 0x0001, 0x7f7f),
  FP32: Float32Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY),
  FP64: Float64Array.of(0.1, Number.NaN, -0),
  BYTES: [TEXT.encode(''), TEXT.encode('kö'), TEXT.encode('😀')],
};

/** The promises of `Engine`, run against one that implements it. */
export function describeEngine(name: string, { engine, writeIdentity }: EngineUnderTest): void {
  const options = (folder: string): LoadOptions => ({
    threads: 1,
    digest: 'sha256:0',
    cacheDir: join(folder, 'cache'),
  });
  const openIdentity = (folder: string, datatype: Datatype) => {
    writeIdentity(folder, datatype);
    return engine.load(engine.inspect(folder), options(folder));
  };

  describe(`engine ${name}`, () => {
    for (const [datatype, data] of Object.entries(SAMPLES) as [Datatype, TensorData][]) {
      test(`hands ${datatype} through whole`, () =>
        inFolder((folder) => {
          const session = openIdentity(folder, datatype);
          const input: Tensor = { name: 'input', datatype, shape: [data.length], data };
          assert.deepEqual(session.run([input], ['output']), [{ ...input, name: 'output' }]);
          session.close();
        }));
    }

    test('knows the signature', () =>
      inFolder((folder) => {
        const session = openIdentity(folder, 'INT64');
        const spec = { datatype: 'INT64', shape: ['n'] } as const;
        const signature: Signature = {
          inputs: [{ name: 'input', ...spec }],
          outputs: [{ name: 'output', ...spec }],
        };
        assert.deepEqual(session.signature, signature);
        session.close();
      }));

    test('runs a tensor with no elements', () =>
      inFolder((folder) => {
        const session = openIdentity(folder, 'FP32');
        const input: Tensor = { name: 'input', datatype: 'FP32', shape: [0], data: new Float32Array(0) };
        assert.deepEqual(session.run([input], ['output'])[0]?.shape, [0]);
        session.close();
      }));

    test('reads shared memory', () =>
      inFolder((folder) => {
        const session = openIdentity(folder, 'FP32');
        const data = new Float32Array(new SharedArrayBuffer(8));
        data.set([1, 2]);
        const outputs = session.run([{ name: 'input', datatype: 'FP32', shape: [2], data }], ['output']);
        assert.deepEqual(Array.from(outputs[0]?.data ?? [], Number), [1, 2]);
        session.close();
      }));

    test('tells the size of the model without loading it', () =>
      inFolder((folder) => {
        writeIdentity(folder, 'FP32');
        const facts = engine.inspect(folder);
        assert.ok(facts.bytes > 0);
        assert.deepEqual(facts.valueDriven, []);
      }));

    test('refuses a folder without a model', () =>
      inFolder((folder) => assert.throws(() => engine.inspect(folder), { code: 'invalid_model' })));
  });
}

function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  try {
    use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
