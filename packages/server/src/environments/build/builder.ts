import type { FinishedBuild } from './build-folder.ts';

/** What a build is given to work with. */
export interface Workplace {
  /** The folder to build in, which is there and empty; it is not moved afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Tells what happens now, and how much of the whole is done. */
  tell(message: string, percent?: number): void;
  /** Tells a line of a tool. */
  readonly tellLine: (line: string) => void;
}

/** What a builder knows of what it made; the rest is the same for all. */
export type BuiltParts = Pick<
  FinishedBuild,
  'python' | 'interpreter' | 'sitePath' | 'bin' | 'env' | 'packages' | 'lock'
>;
