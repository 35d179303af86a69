import { SlipwayError, systemCode } from '@slipway/contract';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
};

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
