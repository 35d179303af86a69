import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Datatype } from '@slipway/contract';
import { describeEngine } from '../describe-engine.ts';
import { MEMORY_MODEL_FILE, type MemoryModel, memoryEngine } from './memory-engine.ts';

describeEngine('memory', {
  engine: memoryEngine,
  writeIdentity(folder: string, datatype: Datatype) {
    const spec = { datatype, shape: ['n'] };
    const model: MemoryModel = {
      signature: { inputs: [{ name: 'input', ...spec }], outputs: [{ name: 'output', ...spec }] },
    };
    writeFileSync(join(folder, MEMORY_MODEL_FILE), JSON.stringify(model));
  },
});
