import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { SlipwayError } from '@slipway/contract';
import { temporaryFolder } from '@slipway/testkit';
import { findModel } from './find-model.ts';

/** The files of a model, and where the only model is, or what is said. */
const ROWS: readonly (readonly [files: readonly string[], found: string | RegExp, path?: string])[] = [
  [['saved_model.pb', 'variables/variables.index', 'assets/a.pb'], ''],
  [['1/saved_model.pb', '1/variables/variables.index'], '1'],
  [['saved_model.cpb'], ''],
  [['checkpoint', 'm.index', 'm.meta', 'm.data-00000-of-00001', 'graph.pbtxt'], ''],
  [['frozen.pb', 'labels.txt'], 'frozen.pb'],
  [['net/model.keras'], 'net/model.keras'],
  [['a.pb', 'b/c.h5'], /holds 2 models: name one with path \(--path\): "a\.pb", "b\/c\.h5"/],
  [['a.pb', 'b/c.h5'], 'b/c.h5', 'b/c.h5'],
  [['labels.txt'], /no files of TensorFlow/],
  [['net/model.onnx', 'net/signature.json'], 'net/model.onnx'],
  [['net/model.onnx', 'frozen.pb'], 'frozen.pb'],
  [['a.onnx', 'b.onnx'], /holds 2 models: name one with path \(--path\): "a\.onnx", "b\.onnx"/],
];

test('the only model among files is found, and of none or several it is said what to do', async (t) => {
  for (const [files, expected, path] of ROWS) {
    const folder = await temporaryFolder(t);
    for (const file of files) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), '');
    }
    const found = await findModel(folder, path).catch((thrown: unknown) => thrown);
    if (typeof expected === 'string') assert.equal(relative(folder, found as string), expected);
    else assert.match(found instanceof SlipwayError ? found.message : String(found), expected);
  }
});
