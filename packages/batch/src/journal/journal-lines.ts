import { crc32 } from 'node:zlib';
import { type BatchFailure, SlipwayError } from '@slipway/contract';

/** What the journal says of a mini-batch that is done. */
export interface JournalEntry {
  readonly miniBatch: number;
  readonly items: number;
  readonly succeeded: number;
  /** Bytes of the results' file with those of this mini-batch. */
  readonly resultBytes: number;
  readonly failures: readonly BatchFailure[];
}

const CRC_DIGITS = 8;

/** A line of the journal: the CRC-32 of the text behind it, in hexadecimal digits. */
export function journalLine(entry: JournalEntry): string {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
}

/** The entry of a whole line without its end; `undefined` if it is damaged. */
export function readJournalLine(line: string): JournalEntry | undefined {
  const text = line.slice(CRC_DIGITS + 1);
  return line.slice(0, CRC_DIGITS) === checksum(text) && line[CRC_DIGITS] === ' '
    ? (JSON.parse(text) as JournalEntry)
    : undefined;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(CRC_DIGITS, '0');
}

/** The error of a journal with a damaged line that others follow. */
export function damagedJournal(path: string, line: number): SlipwayError {
  return new SlipwayError(
    'corrupt',
    `Line ${line} of ${path} is damaged, and more lines follow: what is done cannot be told. Begin the job again in another folder.`,
    { details: { path, line } },
  );
}
