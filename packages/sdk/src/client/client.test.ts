import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProcess } from '@slipway/testkit';
import { startControlPlane } from '../fixtures/control-plane.ts';

const ENTRY = new URL('./index.js', import.meta.url);

const IMPORTED = /^(?:import|export)\b[^;]*?from '([^']+)';|^import '([^']+)';|\bimport\(['"]([^'"]+)/gm;

/** All files that the entry imports, directly or not, with the packages among them. */
function importGraph(entry: URL): ReadonlyMap<string, string> {
  const sources = new Map<string, string>();
  const left = [entry.href];
  for (let file = left.pop(); file !== undefined; file = left.pop()) {
    if (sources.has(file)) continue;
    const source = readFileSync(fileURLToPath(file), 'utf8');
    sources.set(file, source);
    for (const [, ...found] of source.matchAll(IMPORTED)) {
      const specifier = found.find((one) => one !== undefined) ?? '';
      assert.ok(!isOfNode(specifier), `${file} imports ${specifier}`);
      left.push(specifier.startsWith('.') ? new URL(specifier, file).href : import.meta.resolve(specifier));
    }
  }
  return sources;
}

function isOfNode(specifier: string): boolean {
  return specifier.startsWith('node:') || builtinModules.includes(specifier);
}

test('nothing that a browser lacks is imported or named', () => {
  const sources = importGraph(ENTRY);
  assert.ok(sources.size > 10);
  for (const [file, source] of sources) {
    const code = source.replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
    assert.doesNotMatch(code, /\b(?:Buffer|process|require|setImmediate)\b[.(]/, file);
  }
});

// The others stay: Node's own fetch is made of them.
test('it scores where the globals of Node are missing', async (t) => {
  const { url } = await startControlPlane(t, {
    'POST /v2/models/m/infer': () => ({
      model_name: 'm',
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data: [2.5] }],
    }),
  });
  const script = `
    const { stdout } = process;
    for (const name of ['process', 'global']) delete globalThis[name];
    const { createPredictionClient } = await import(${JSON.stringify(ENTRY.href)});
    const client = createPredictionClient({ url: ${JSON.stringify(url)}, protocol: 'oip', model: 'm' });
    const { outputs } = await client.scoreArrays({ x: { data: Float32Array.of(1), shape: [1] } });
    stdout.write([typeof process, outputs.y.datatype, outputs.y.data[0]].join(' '));`;
  const { stdout, stderr } = await runProcess(t, globalThis.process.execPath, [
    '--input-type=module',
    '-e',
    script,
  ]);
  assert.equal(stdout, 'undefined FP32 2.5', stderr);
});
