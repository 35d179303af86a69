import { describeTarget } from '../describe-target.ts';
import { createMemoryTarget } from './memory-target.ts';

describeTarget('memory target', async () => {
  const target = createMemoryTarget({ cpuCores: 4, memoryGb: 8 });
  return { target, crash: async ({ id }) => target.change(id, 'end') };
});
