import { SlipwayError } from '@slipway/contract';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
};

/** The system's code of a failed file operation, such as `ENOENT`. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
    ? thrown.code
    : undefined;
}

/** Runs file work in `folder`; a place that cannot take more bytes becomes `storage_full` with the reason. */
export async function writingTo<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const reason = REASONS[systemCode(thrown) ?? ''];
    if (reason === undefined) throw thrown;
    throw new SlipwayError(
      'storage_full',
      `Cannot write to ${folder}: ${reason}. Make room or mend its permissions, then try again; nothing was half written.`,
      { details: { folder }, cause: thrown },
    );
  }
}

/** The result of `work`, or `undefined` when the file that it is about is not there. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
