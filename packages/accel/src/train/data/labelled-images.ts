import { join } from 'node:path';
import { SlipwayError } from '@slipway/contract';
import { findFolders, findImages, type ImageFile } from '../../samples/find-images.ts';

/** An image, and the class whose folder it is in. */
export interface LabelledImage {
  readonly file: ImageFile;
  /** Its place among the names of the classes. */
  readonly class: number;
}

/** A folder of images, one folder a class. */
export interface LabelledFolder {
  /** The names of the folders, sorted by code units. */
  readonly classes: readonly string[];
  /** By class, and by name. */
  readonly images: readonly LabelledImage[];
  /** Files that are no images. */
  readonly others: readonly string[];
}

/**
 * Finds the images of every class. Throws `not_found`, and `invalid_argument` for a folder with fewer than two classes,
 * or with a class that has no images.
 */
export async function findLabelledImages(folder: string, signal?: AbortSignal): Promise<LabelledFolder> {
  const classes = await findFolders(folder);
  if (classes.length < 2) {
    throw wrong(
      folder,
      `it has ${classes.length === 0 ? 'no folders' : `one folder, ${JSON.stringify(classes[0])}`}: there must be one for each class, with its images, and at least two classes`,
    );
  }
  const found = await findIn(folder, classes, signal);
  const empty = classes.filter((_, each) => !found.images.some((image) => image.class === each));
  if (empty.length > 0) {
    throw wrong(folder, `there are no images in ${listed(empty)}. Put some there, or remove the folder`);
  }
  return { classes, ...found };
}

/**
 * Finds images to validate with, of classes that are known. Throws `invalid_argument` for a folder that is none of
 * these classes, and where there are no images at all.
 */
export async function findValidationImages(
  folder: string,
  classes: readonly string[],
  signal?: AbortSignal,
): Promise<Omit<LabelledFolder, 'classes'>> {
  const folders = await findFolders(folder);
  const unknown = folders.filter((name) => !classes.includes(name));
  if (unknown.length > 0) {
    throw wrong(folder, `${listed(unknown)} is no class to train; these are ${listed(classes)}`);
  }
  const there = classes.filter((name) => folders.includes(name));
  const { images, others } = await findIn(folder, there, signal);
  if (images.length === 0) throw wrong(folder, 'there are no images in a folder of one of the classes');
  const named = images.map(({ file, class: each }) => ({ file, class: classes.indexOf(there[each] ?? '') }));
  return { images: named, others };
}

async function findIn(folder: string, classes: readonly string[], signal: AbortSignal | undefined) {
  const images: LabelledImage[] = [];
  const others: string[] = [];
  for (const [each, name] of classes.entries()) {
    const found = await findImages(join(folder, name), { signal });
    const below = (file: string) => `${name}/${file}`;
    images.push(...found.images.map((file) => ({ file: { ...file, name: below(file.name) }, class: each })));
    others.push(...found.others.map(below));
  }
  return { images, others };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name));
  return names.length > 20 ? `${shown.join(', ')} and ${names.length - 20} more` : shown.join(', ');
}

function wrong(path: string, problem: string): SlipwayError {
  return new SlipwayError('invalid_argument', `${path}: ${problem}.`, { details: { path } });
}
