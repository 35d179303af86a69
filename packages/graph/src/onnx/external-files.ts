import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { GraphError } from '../graph-error.ts';
import { type FileRange, openFile, type SourceFile } from './bytes.ts';

/**
 * Finds ranges in the files beside a model. A file must lie in the model's folder or below it, also behind symbolic
 * links: a model from a stranger must not make a part of any other file into weights.
 */
export function externalFiles(
  modelPath: string,
): (location: string, offset: number, length: number | undefined) => FileRange {
  const opened = new Map<string, SourceFile>();
  return (location, offset, length) => {
    const file = opened.get(location) ?? findExternal(modelPath, location);
    opened.set(location, file);
    const rest = file.size - offset;
    const taken = length ?? rest;
    if (rest < 0 || taken > rest) {
      const said = `${modelPath}: ${taken} bytes at ${offset} of ${location} are said to be a tensor; the file has ${file.size}.`;
      throw new GraphError('invalid_file', said);
    }
    return { file, offset, length: taken };
  };
}

function findExternal(modelPath: string, location: string): SourceFile {
  const refuse = (why: string, cause?: unknown): never => {
    throw new GraphError('invalid_file', `${modelPath}: its data file ${JSON.stringify(location)} ${why}.`, {
      cause,
    });
  };
  const parts = location.split(/[\\/]/);
  if (location === '' || location.includes('\0') || isAbsolute(location) || parts.includes('..')) {
    return refuse('must be a path inside the folder of the model');
  }
  try {
    const folder = realpathSync(dirname(modelPath));
    const path = realpathSync(join(folder, location));
    const inside = relative(folder, path);
    if (inside.startsWith(`..${sep}`) || isAbsolute(inside))
      return refuse('leads out of the folder of the model');
    const file = openFile(path);
    file.close();
    return file.source;
  } catch (error) {
    if (error instanceof GraphError) throw error;
    return refuse('cannot be read', error);
  }
}
