import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkName, isSafeRelativePath, modelId, type NamedKind, parseModelReference } from './names.ts';

const NAMES: readonly [NamedKind, string, boolean][] = [
  ['model', 'a', true],
  ['model', 'resnet50.1.accelonnx', true],
  ['model', 'a'.repeat(255), true],
  ['model', 'a'.repeat(256), false],
  ['model', '', false],
  ['model', '.hidden', false],
  ['model', '../x', false],
  ['model', 'a/b', false],
  ['model', 'a\0b', false],
  ['model', 'a\n', false],
  ['service', 'abc', true],
  ['service', 'a-1', true],
  ['service', 'ab', false],
  ['service', `a${'b'.repeat(31)}`, true],
  ['service', `a${'b'.repeat(32)}`, false],
  ['service', 'abc-', false],
  ['service', '1bc', false],
  ['service', 'Abc', false],
  ['service', 'a..', false],
  ['workspace', 'ws', true],
  ['workspace', 'w', false],
  ['workspace', 'w s', false],
  ['workspace', 'w'.repeat(33), false],
  ['environment', 'myenv', true],
  ['environment', 'azureml-like', true],
  ['environment', 'AzureML-Minimal', false],
  ['environment', 'a/b', false],
  ['compute', 'local', true],
  ['compute', 'my-aks-9', true],
  ['compute', 'ab', false],
  ['compute', 'a'.repeat(25), false],
  ['compute', 'aks-', false],
];

for (const [kind, name, good] of NAMES) {
  test(`${kind} name ${JSON.stringify(name.slice(0, 40))} (${name.length}) is ${good ? 'good' : 'refused'}`, () => {
    if (good) assert.equal(checkName(kind, name), name);
    else assert.throws(() => checkName(kind, name), { code: 'invalid_argument', details: { field: 'name' } });
  });
}

const REFERENCES: readonly [string, string, number | undefined][] = [
  ['digits', 'digits', undefined],
  ['digits:3', 'digits', 3],
];
for (const [text, name, version] of REFERENCES) {
  test(`model reference ${text}`, () => {
    assert.deepEqual(parseModelReference(text), { name, version });
    if (version !== undefined) assert.equal(modelId(name, version), text);
  });
}

for (const text of ['digits:', 'digits:0', 'digits:01', 'digits:1.5', 'digits:-1', 'a:b:1', ':1', '']) {
  test(`model reference ${JSON.stringify(text)} is refused`, () => {
    assert.throws(() => parseModelReference(text), { code: 'invalid_argument' });
  });
}

const PATHS: readonly [string, boolean][] = [
  ['model.onnx', true],
  ['model/variables/data-00000-of-00001', true],
  ['', false],
  ['/etc/passwd', false],
  ['../x', false],
  ['a/../b', false],
  ['a//b', false],
  ['a/', false],
  ['./a', false],
  ['a\\b', false],
  ['C:x', false],
  ['a\0b', false],
  [`${'a'.repeat(256)}`, false],
];
for (const [path, safe] of PATHS) {
  test(`path ${JSON.stringify(path.slice(0, 40))} is ${safe ? 'safe' : 'unsafe'}`, () => {
    assert.equal(isSafeRelativePath(path), safe);
  });
}
