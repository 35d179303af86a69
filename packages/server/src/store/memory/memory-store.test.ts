import { describeStore } from '../describe-store.ts';
import { createMemoryStore } from './memory-store.ts';

describeStore('The memory store', async () => createMemoryStore());
