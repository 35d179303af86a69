import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import type { EnvironmentDefinition } from '@slipway/contract/api';
import { readDefinition } from './read-definition.ts';

const conda = (specification: string): EnvironmentDefinition => ({ kind: 'conda', specification });
const pip = (requirements: string, python?: string): EnvironmentDefinition => ({
  kind: 'pip',
  requirements,
  ...(python !== undefined && { python }),
});
const npm = (packageJson: string): EnvironmentDefinition => ({ kind: 'npm', packageJson });

const AZURE = `name: project_environment
dependencies:
  - python=3.9
  - pip:
    - azureml-defaults>=1.0.45
    - numpy
    - tensorflow-gpu=1.12
channels:
  - conda-forge
`;

test("the conda file of Azure's GPU flow is packages of pip for a Python", () => {
  const { parsed, warnings } = readDefinition(conda(AZURE));
  assert.ok(parsed.kind === 'pip');
  assert.equal(parsed.python?.text, '=3.9');
  assert.deepEqual(parsed.requirements, ['numpy', 'tensorflow-gpu==1.12']);
  assert.match(
    warnings.join('\n'),
    /"tensorflow-gpu=1.12": pip pins a version with "==", so this is read as "tensorflow-gpu==1.12"/,
  );
  assert.match(warnings.join('\n'), /"azureml-defaults" is left out: Slipway hosts scripts itself/);
});

test('packages of conda are kept with their channels, and pip is asked for with them', () => {
  const text =
    'channels: [conda-forge]\ndependencies: [python=3.10, "conda-forge::libgdal=3.8", {pip: [six==1.17.0]}]\nvariables: {GDAL_DATA: /x}';
  const { parsed } = readDefinition(conda(text));
  assert.ok(parsed.kind === 'conda');
  assert.deepEqual(parsed.packages, ['conda-forge::libgdal=3.8']);
  assert.deepEqual(parsed.variables, { GDAL_DATA: '/x' });
  assert.equal(
    parsed.specification,
    'channels:\n  - conda-forge\ndependencies:\n  - python=3.10\n  - conda-forge::libgdal=3.8\n  - pip\n  - pip:\n      - six==1.17.0\n',
  );
});

test('a requirements file keeps options, markers, hashes and addresses', () => {
  const lines = [
    '--extra-index-url https://packages.example/simple',
    'numpy>=1.24,<2  # of the model',
    'six == 1.17.0 ; python_version >= "3.8"',
    'torch @ https://packages.example/torch.whl',
    'inference-schema[numpy-support]',
    'attrs==23.2.0 \\\n    --hash=sha256:abc',
    'pandas(>=2)',
    'git+https://packages.example/x.git@v1',
  ];
  const { parsed, warnings } = readDefinition(pip(`# packages\n\n${lines.join('\n')}\n`));
  assert.ok(parsed.kind === 'pip');
  assert.deepEqual(parsed.requirements, [
    lines[0],
    'numpy>=1.24,<2',
    lines[2],
    lines[3],
    lines[4],
    'attrs==23.2.0      --hash=sha256:abc',
    lines[6],
    lines[7],
  ]);
  assert.match(warnings.join(), /"azureml-defaults" is not among the pip packages/);
});

const PINS: readonly [string, string][] = [
  ['numpy=1.26.4', 'numpy==1.26.4'],
  ['numpy = 1.26.4', 'numpy==1.26.4'],
  ['numpy=1.26.4=py311_0', 'numpy==1.26.4'],
  [
    'tensorflow[and-cuda]=2.15 ; python_version < "3.12"',
    'tensorflow[and-cuda]==2.15 ; python_version < "3.12"',
  ],
];
for (const [written, meant] of PINS) {
  test(`${written} is read as ${meant}, and that is told`, () => {
    const { parsed, warnings } = readDefinition(pip(written));
    assert.ok(parsed.kind === 'pip');
    assert.deepEqual(parsed.requirements, [meant]);
    assert.match(warnings.join(), /is read as/);
  });
}

const WRONG: readonly [string, EnvironmentDefinition, RegExp][] = [
  ['no YAML', conda('dependencies: [a'), /the file is no YAML: /],
  ['a tab in YAML', conda('dependencies:\n\t- numpy'), /the file is no YAML: /],
  ['an empty file', conda(''), /the file holds nothing, not a conda environment/],
  ['a text', conda('numpy'), /the file holds the one value "numpy"/],
  ['a list', conda('- numpy'), /the file holds a list/],
  [
    'aliases without end',
    conda(
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]`,
    ),
    /the file is no YAML/,
  ],
  ['no dependencies', conda('name: x'), /dependencies must be a list/],
  ['dependencies as a map', conda('dependencies: {numpy: 1}'), /dependencies must be a list/],
  ['a number among them', conda('dependencies: [1]'), /dependencies\[0\] must be a package/],
  ['pip as a text', conda('dependencies: [{pip: numpy}]'), /dependencies\[0\]\.pip must be a list of texts/],
  ['channels as a text', conda('channels: x\ndependencies: []'), /channels must be a list of texts/],
  [
    'a Python that is no version',
    conda('dependencies: [python=three]'),
    /dependencies\[0\] "python=three" does not say a version of Python/,
  ],
  [
    'a file of requirements',
    conda('dependencies: [{pip: [-r requirements.txt]}]'),
    /dependencies\[0\]\.pip\[0\] "-r requirements.txt" names another file/,
  ],
  ['an editable package', pip('-e .'), /names another file/],
  ['a folder', pip('./mine'), /"\.\/mine" names a file/],
  ['a file address', pip('mine @ file:///mine.whl'), /names a file/],
  ['an option of the command', pip('--target /tmp'), /is an option that is not passed on/],
  ['a version behind a space', pip('numpy 1.26'), /"numpy 1.26" is no requirement of pip/],
  ['no name', pip('==1.0'), /does not begin with the name of a package/],
  ['a Python of words', pip('numpy', 'latest'), /python "latest" is no version of Python/],
  [
    'an interpreter of a relative path',
    { kind: 'interpreter', path: 'bin/python' },
    /path must be the absolute path/,
  ],
  ['a package.json that is no JSON', npm('{'), /package\.json must hold one JSON object/],
  ['a package.json that is a list', npm('[]'), /package\.json must hold one JSON object/],
  [
    'a package of a folder',
    npm('{"dependencies":{"x":"file:../x"}}'),
    /package\.json dependencies\.x is "file:\.\.\/x"/,
  ],
  ['workspaces', npm('{"workspaces":["a"]}'), /package\.json workspaces name folders/],
];
for (const [what, definition, message] of WRONG) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => readDefinition(definition),
      (thrown) =>
        thrown instanceof SlipwayError && thrown.code === 'invalid_argument' && message.test(thrown.message),
    );
  });
}

test('everything that is wrong is told at once', () => {
  assert.throws(() => readDefinition(pip('-r a.txt\n./b\nnumpy 1')), /a\.txt.*\.\/b.*numpy 1/);
});
