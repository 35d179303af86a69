// Writes what `slipway accel train` takes: node examples/transfer-learning/prepare.ts FOLDER [images of each digit]
import { join } from 'node:path';
import { savePipeline } from '@slipway/accel';
import { writeDigits } from './digit-images.ts';
import { smallNetwork } from './small-network.ts';

const [folder, ofEach = '30'] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder to write to.');

await writeDigits(join(folder, 'digits'), 'train', Number(ofEach));
await writeDigits(join(folder, 'held'), 'test', Math.ceil(Number(ofEach) / 3));
await savePipeline(smallNetwork(), join(folder, 'network'));
console.log(
  `Digits to learn from are in ${folder}/digits, others in ${folder}/held, a small network in ${folder}/network.`,
);
