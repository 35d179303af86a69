import { type CreateCollector, SlipwayError } from '@slipway/contract';
import { rawJSON, shortest } from './encode-json.ts';
import type { Gauge } from './gauge.ts';
import type { ThreadRows } from './messages.ts';

/** The most bytes of rows that one call hands over, as for scripts in Python. */
const MAX_ROWS_BYTES = 4 * 1024 * 1024;

/** Where rows go. */
export interface CollectorSettings {
  /** `false`: the deployment does not collect. */
  readonly isEnabled: boolean;
  readonly gauge: Gauge;
  /** Of the request that runs. */
  readonly requestId: () => string;
  readonly send: (rows: ThreadRows) => void;
}

let settings: CollectorSettings | undefined;

/** Lets the script collect in this thread. */
export function allowCollectors(given: CollectorSettings): void {
  settings = given;
}

export const createCollector: CreateCollector = ({ model, designation = 'default', featureNames }) => {
  const features = featureNames?.map(String) ?? null;
  return {
    collect(data, { correlationId } = {}) {
      if (settings === undefined) throw new SlipwayError('internal', 'This thread runs no script.');
      const { isEnabled, gauge, requestId, send } = settings;
      if (!isEnabled) return;
      try {
        const rows = rowsJson(data);
        gauge.sending(rows.length);
        const about = { model: String(model), designation: String(designation), features };
        send({
          type: 'collect',
          requestId: requestId(),
          ...about,
          correlationId: correlationId || null,
          rows,
        });
      } catch (thrown) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        console.error(`Data of ${model} (${designation}) was not collected: ${reason}`);
      }
    },
  };
};

/** A list of rows, one row, or one value, as an array of rows. */
function rowsJson(data: unknown): Buffer {
  const listed = listOf(data);
  const rows = listed === undefined ? [[data]] : listed.every((row) => listOf(row)) ? listed : [listed];
  const json = Buffer.from(JSON.stringify(withWords(rows)));
  if (json.length <= MAX_ROWS_BYTES) return json;
  throw new Error(`it is ${json.length} bytes as JSON, and a call collects at most ${MAX_ROWS_BYTES}.`);
}

/** The elements of an array, of whatever kind. */
function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  const numbers = Array.from(value as unknown as Iterable<number | bigint>);
  // Of singles the fewest digits that tell them apart, as in answers.
  return value instanceof Float32Array ? numbers.map((one) => shortest(Number(one))) : numbers;
}

/** What JSON has no number for as the word that data frames read as it. */
function withWords(value: unknown): unknown {
  const listed = listOf(value);
  if (listed !== undefined) return listed.map(withWords);
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return rawJSON(String(value));
  const what = typeof value === 'object' ? `${value.constructor?.name ?? 'object'}` : typeof value;
  throw new Error(`only rows of numbers, texts and booleans are (there is a ${what}).`);
}
