import type { Placement } from './engine.ts';

/** A model that the CPU runs, all of it. */
export const CPU_PLACEMENT: Placement = Object.freeze({
  providers: Object.freeze([Object.freeze({ name: 'cpu', nodes: null })]),
  notes: Object.freeze([]),
});
