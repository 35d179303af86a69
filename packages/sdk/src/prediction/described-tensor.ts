import type { DescribedTensor } from './types.ts';

/**
 * The tensor that a service means by this name: the one that it describes so, or else the one whose other name it is,
 * with `:0` or without.
 */
export function describedAs(
  described: readonly DescribedTensor[],
  name: string,
): DescribedTensor | undefined {
  return (
    described.find((tensor) => tensor.name === name) ??
    described.find(({ tensorName }) => tensorName === name || tensorName === `${name}:0`)
  );
}
