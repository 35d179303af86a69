import { NotConverted } from '../../import/refuse.ts';
import { type Fields, isFields, isList, type Json } from '../config/json.ts';

/** What a layer's configuration says, asked for with what Keras takes where it says nothing. All throw `NotConverted`. */
export interface Settings {
  readonly fields: Fields;
  readonly has: (name: string) => boolean;
  readonly flag: (name: string, otherwise: boolean) => boolean;
  readonly number: (name: string, otherwise?: number) => number;
  readonly text: (name: string, otherwise: string) => string;
  /** A whole number, or a list of as many as there are dimensions. */
  readonly sizes: (name: string, dimensions: number, otherwise?: number) => readonly number[];
  readonly integers: (name: string) => readonly number[];
  /** Refuses whatever is not as it is said, where the file says it at all. */
  readonly require: (name: string, value: Json, why: string) => void;
}

const SAVE_AGAIN = 'Save the model again with Keras.';

export function settingsOf(fields: Fields): Settings {
  const has = (name: string): boolean => fields[name] !== undefined && fields[name] !== null;
  const wrong = (name: string): never => {
    throw new NotConverted(`Its setting ${name} is ${shown(fields[name])}.`, SAVE_AGAIN);
  };
  const integers = (name: string): readonly number[] => {
    const value = plain(fields[name]);
    const list = isList(value) ? value : [value];
    if (list.every((one) => typeof one === 'number' && Number.isSafeInteger(one))) return list as number[];
    return wrong(name);
  };
  return {
    fields,
    has,
    integers,
    flag: (name, otherwise) => {
      const value = fields[name] ?? otherwise;
      return typeof value === 'boolean' ? value : wrong(name);
    },
    number: (name, otherwise) => {
      const value = plain(fields[name]) ?? otherwise;
      return typeof value === 'number' && Number.isFinite(value) ? value : wrong(name);
    },
    text: (name, otherwise) => {
      const value = fields[name] ?? otherwise;
      return typeof value === 'string' ? value : wrong(name);
    },
    sizes: (name, dimensions, otherwise) => {
      if (!has(name) && otherwise !== undefined) return Array.from({ length: dimensions }, () => otherwise);
      const values = integers(name);
      if (values.some((value) => value < 0)) return wrong(name);
      if (values.length === dimensions) return values;
      return values.length === 1
        ? Array.from({ length: dimensions }, () => values[0] as number)
        : wrong(name);
    },
    require: (name, value, why) => {
      if (has(name) && fields[name] !== value)
        throw new NotConverted(`Its setting ${name} is ${shown(fields[name])}. ${why}`, EXPORT);
    },
  };
}

/** The way round for what is not converted from Keras's files. */
export const EXPORT = 'Write a SavedModel with model.export("folder"), and convert that.';

/** Numbers that Keras 2 wrote as numpy's. */
function plain(value: Json | undefined): Json | undefined {
  return isFields(value) && value['type'] === 'ndarray' ? value['value'] : value;
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
