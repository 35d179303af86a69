import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { type Packing, packedName } from './packing.ts';

type Value = string | number | boolean | null;

/**
 * Writes Parquet beside the file, whole before it has its name, and removes the file. False if there is no room, and the file
 * stays; throws the system's errors.
 */
export function packParquet({ file, columns, timeColumn, hasRoom }: Packing): boolean {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, Value>);
  const columnData = columns.map((name) =>
    columnOf(
      name,
      rows.map((row) => row[name] ?? null),
      name === timeColumn,
    ),
  );
  const bytes = Buffer.from(parquetWriteBuffer({ columnData, createdBy: 'slipway' }));
  if (!hasRoom(bytes.length)) return false;
  const packed = packedName(file);
  const temporary = `${packed}.tmp`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, packed);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
  rmSync(file);
  return true;
}

/** Values of one type are a column of it; of several, text. */
function columnOf(name: string, values: readonly Value[], isTime: boolean): ColumnSource {
  const types = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  const [type] = types;
  const nullable = true;
  if (isTime) {
    const moments = values.map((value) => (value === null ? null : new Date(String(value))));
    return { name, data: moments, type: 'TIMESTAMP', nullable };
  }
  if (types.size === 1 && type === 'number') return { name, data: [...values], type: 'DOUBLE', nullable };
  if (types.size === 1 && type === 'boolean') return { name, data: [...values], type: 'BOOLEAN', nullable };
  const texts = values.map((value) => (value === null ? null : String(value)));
  return { name, data: texts, type: 'STRING', nullable };
}
