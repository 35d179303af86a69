import type { ByteSource } from '../byte-source.ts';
import { readTexts } from './attribute.ts';
import { type Dataset, readDataset } from './dataset.ts';
import { openStructure, type Structure } from './file.ts';
import { readMembers } from './group.ts';
import { type Message, readHeader } from './header.ts';

/** A group or a dataset of an HDF5 file. Everything is read when it is asked for; all of it throws `GraphError`. */
export interface Hdf5Object {
  /** From the first group: `model_weights/dense`. */
  readonly path: string;
  /** Members by name; none of a dataset. */
  readonly members: () => Promise<ReadonlyMap<string, () => Promise<Hdf5Object>>>;
  /** What stands below it by that path, without a slash at either end; `undefined` where nothing does. */
  readonly find: (path: string) => Promise<Hdf5Object | undefined>;
  /** The strings of an attribute, one where it is no list; `undefined` where it has no such. */
  readonly texts: (attribute: string) => Promise<readonly string[] | undefined>;
  /** Where its numbers stand; `undefined` of a group. */
  readonly dataset: () => Dataset | undefined;
}

/** Reads the first group of an HDF5 file as h5py writes them for Keras. */
export async function openHdf5(source: ByteSource): Promise<Hdf5Object> {
  const { structure, root } = await openStructure(source);
  return objectAt(structure, root, '');
}

async function objectAt(structure: Structure, address: number, path: string): Promise<Hdf5Object> {
  const messages: readonly Message[] = await readHeader(structure, address);
  let listed: ReturnType<Hdf5Object['members']> | undefined;
  const list = async (): ReturnType<Hdf5Object['members']> => {
    const members = [...(await readMembers(structure, messages))];
    return new Map(
      members.map(([name, at]) => [
        name,
        () => objectAt(structure, at, path === '' ? name : `${path}/${name}`),
      ]),
    );
  };
  const members = (): ReturnType<Hdf5Object['members']> => {
    listed ??= list();
    return listed;
  };
  const find = async (below: string): Promise<Hdf5Object | undefined> => {
    const [first = '', ...rest] = below.split('/');
    const member = await (await members()).get(first)?.();
    return rest.length === 0 ? member : member?.find(rest.join('/'));
  };
  return {
    path,
    members,
    find,
    texts: (attribute) => readTexts(structure, messages, attribute),
    dataset: () => readDataset(structure, messages, `The dataset "${path}"`),
  };
}
