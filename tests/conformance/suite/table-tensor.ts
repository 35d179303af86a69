import { type Datatype, elementCount } from '@slipway/contract';
import { normalFloats, seededRandom } from '@slipway/testkit';
import { elementFromText, type WireTensor } from './elements.ts';

/** A tensor as a table says it. */
export interface TableTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Row-major. What JSON cannot say exactly stands in quotes: `"NaN"`, `"-0"`, `"9223372036854775807"`. */
  readonly data: readonly TableElement[] | GeneratedData;
}

type TableElement = number | boolean | string | { readonly b64: string };

/** Elements that are too many to write down. */
type GeneratedData = { readonly repeat: TableElement } | { readonly normal: { readonly seed: number } };

/** The elements of a tensor as bytes. */
export function readTensor({ name, datatype, shape, data }: TableTensor): WireTensor {
  const elements = isList(data) ? data : generate(data, elementCount(shape));
  return { name, datatype, shape, elements: elements.map((element) => readElement(datatype, element)) };
}

function readElement(datatype: Datatype, element: TableElement): Buffer {
  if (typeof element === 'object') return Buffer.from(element.b64, 'base64');
  return elementFromText(datatype, Object.is(element, -0) ? '-0' : String(element));
}

function generate(data: GeneratedData, count: number): readonly TableElement[] {
  if ('repeat' in data) return Array.from({ length: count }, () => data.repeat);
  return [...normalFloats(count, 1, seededRandom(data.normal.seed))];
}

function isList(data: TableTensor['data']): data is readonly TableElement[] {
  return Array.isArray(data);
}
