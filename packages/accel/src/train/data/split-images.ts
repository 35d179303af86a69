import { createHash } from 'node:crypto';

/** An image by what is in it. */
export interface KnownImage {
  readonly class: number;
  /** Of its bytes. */
  readonly sha256: string;
}

/** Places of images, in the order in which they came. */
export interface Split {
  readonly training: readonly number[];
  readonly validation: readonly number[];
}

/**
 * Sets a share of each class apart to validate with: rounded, but always at least one image where there are two, and
 * never all. What is set apart follows from seed and bytes alone, so that new images move few others to the other side,
 * and the same image twice is on one side.
 */
export function splitImages(images: readonly KnownImage[], share: number, seed: number): Split {
  const validates = new Set<string>();
  for (const [each, own] of Map.groupBy(images, (image) => image.class)) {
    const unique = [...new Set(own.map(({ sha256 }) => sha256))].toSorted(byRank(seed));
    const most = unique.length - 1;
    const count = share === 0 ? 0 : Math.min(most, Math.max(1, Math.round(unique.length * share)));
    for (const sha256 of unique.slice(0, count)) validates.add(keyOf({ class: each, sha256 }));
  }
  const places = images.map((image, place) => ({ place, held: validates.has(keyOf(image)) }));
  return {
    training: places.filter(({ held }) => !held).map(({ place }) => place),
    validation: places.filter(({ held }) => held).map(({ place }) => place),
  };
}

/** A number for each image that has nothing to do with what it shows. */
function byRank(seed: number): (one: string, other: string) => number {
  const ranks = new Map<string, string>();
  const rank = (sha256: string): string => {
    const known = ranks.get(sha256) ?? createHash('sha256').update(`${seed} ${sha256}`).digest('hex');
    ranks.set(sha256, known);
    return known;
  };
  return (one, other) => (rank(one) < rank(other) ? -1 : 1);
}

function keyOf({ class: each, sha256 }: KnownImage): string {
  return `${each} ${sha256}`;
}
