import { damaged, notRead } from '../../tensorflow/refusals.ts';
import { readDataspace, readDatatype } from './datatype.ts';
import { NO_ADDRESS, SAVE_AGAIN, type Structure, wide } from './file.ts';
import { MESSAGE, type Message, messageOf } from './header.ts';

/** A tensor of numbers in the file, its bytes in a row. */
export interface Dataset {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** In bytes from the start of the file. */
  readonly offset: number;
  readonly size: number;
}

const CONTIGUOUS = 1;

/** The dataset whose header this is; `undefined` where it is something else. `what` names it for `GraphError`. */
export function readDataset(
  { name, source }: Structure,
  messages: readonly Message[],
  what: string,
): Dataset | undefined {
  const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map((one) =>
    messageOf(messages, one),
  );
  if (space === undefined || type === undefined || layout === undefined) return undefined;
  const element = readDatatype(name, type.address, type.data);
  if (element.kind !== 'number')
    throw notRead(name, `${what} holds no numbers as Keras writes them.`, SAVE_AGAIN);
  if (
    messageOf(messages, MESSAGE.externalFiles) !== undefined ||
    messageOf(messages, MESSAGE.filters) !== undefined
  )
    throw notRead(name, `${what} is compressed, or stands in another file.`, SAVE_AGAIN);
  const shape = readDataspace(name, space.address, space.data) ?? [0];
  const size = shape.reduce((product, one) => product * one, element.size);
  const [version, kind] = [layout.data.at(0), layout.data.at(1)];
  if (version !== 3 || kind !== CONTIGUOUS || layout.data.length < 18)
    throw notRead(name, `${what} does not stand in one piece, as Keras writes it.`, SAVE_AGAIN);
  const [offset, length] = [wide(layout.data, 2), wide(layout.data, 10)];
  if (size === 0) return { dtype: element.dtype, shape, offset: 0, size };
  if (offset >= NO_ADDRESS - 1) throw damaged(name, layout.address, `${what} was never written`);
  if (length !== size || offset + size > source.size)
    throw damaged(name, layout.address, `${what} takes ${size} bytes, which are not there`);
  return { dtype: element.dtype, shape, offset, size };
}
