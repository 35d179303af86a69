import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CATALOGUE } from './facts.ts';

const PAGE = new URL('../../../../docs/reference/catalogue.md', import.meta.url);

test('the page lists each network with its facts', () => {
  const rows = readFileSync(PAGE, 'utf8')
    .split('\n')
    .filter((line) => /^\| `\w+` +\| `\w+`, `Quantized/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const expected = Object.values(CATALOGUE).map(
    ({ name, classes, versions, inputDims, outputs, classifier }) => [
      `\`${name}\``,
      `\`${classes.float}\`, \`${classes.quantized}\``,
      `${versions.float}, ${versions.quantized}`,
      text(inputDims),
      outputs.length > 1 ? `${outputs.length} outputs` : text(outputs[0]?.dims ?? []),
      classifier === undefined ? 'none' : `\`${classifier.tensor}\``,
      classifier?.kind ?? '–',
    ],
  );
  assert.deepEqual(rows, expected);
});

function text(dims: readonly (number | null)[]): string {
  return dims.map((size) => size ?? '?').join('×');
}
