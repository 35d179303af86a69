import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Signature, SlipwayError, type Tensor } from '@slipway/contract';
import { CPU_PLACEMENT } from '../cpu-placement.ts';
import type { Engine } from '../engine.ts';

/** The model file of this engine, as JSON. Every output is the input at its place. */
export interface MemoryModel {
  readonly signature: Signature;
  /** A run with this number in an input fails. */
  readonly poison?: number;
}

/** File that `memoryEngine` looks for in a model's folder. */
export const MEMORY_MODEL_FILE = 'model.json';

/** Runs models that are a few lines of JSON, without a native library: what the other rooms are tested with. */
export const memoryEngine: Engine = {
  inspect(folder) {
    const file = join(folder, MEMORY_MODEL_FILE);
    const bytes = statSync(file, { throwIfNoEntry: false })?.size;
    if (bytes === undefined)
      throw new SlipwayError('invalid_model', `The model has no ${MEMORY_MODEL_FILE}.`);
    return { file, bytes, valueDriven: [] };
  },
  load(facts) {
    const model = readModel(facts.file);
    const { signature } = model;
    return {
      signature,
      notes: [],
      run(inputs, outputs) {
        if (model.poison !== undefined) refusePoison(inputs, model.poison);
        return outputs.map((name) => {
          const index = signature.outputs.findIndex((spec) => spec.name === name);
          return { ...(inputs[index] as Tensor), name };
        });
      },
      placement: () => CPU_PLACEMENT,
      close() {},
    };
  },
};

function readModel(file: string): MemoryModel {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as MemoryModel;
  } catch (cause) {
    throw new SlipwayError('invalid_model', `${MEMORY_MODEL_FILE} is not JSON.`, { cause });
  }
}

function refusePoison(inputs: readonly Tensor[], poison: number): void {
  for (const { name, data } of inputs) {
    if (Array.from(data as Iterable<unknown>, Number).includes(poison)) {
      throw new SlipwayError(
        'invalid_model',
        `The model could not run on this input: "${name}" is poisoned.`,
      );
    }
  }
}
