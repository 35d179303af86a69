/** An image by what is in it, and where it is used. */
export interface UsedImage {
  readonly name: string;
  readonly class: number;
  readonly sha256: string;
  readonly side: 'training' | 'validation';
}

export interface NotedImages {
  readonly classes: readonly string[];
  readonly images: readonly UsedImage[];
  /** Files that are no images. */
  readonly others: readonly string[];
  /** Images that were passed over. */
  readonly unreadable: readonly string[];
}

const SHOWN = 5;

/** What whoever trains should know of the images: nothing here is an error, and all of it can spoil the result. */
export function notesOf({ images, classes, others, unreadable }: NotedImages): readonly string[] {
  const same = [...Map.groupBy(images, ({ sha256 }) => sha256).values()];
  const inTwoClasses = same.filter((group) => new Set(group.map((image) => image.class)).size > 1);
  const onTwoSides = same.filter((group) => new Set(group.map(({ side }) => side)).size > 1);
  const validated = new Set(images.flatMap((image) => (image.side === 'validation' ? [image.class] : [])));
  const unseen = validated.size === 0 ? [] : classes.filter((_, each) => !validated.has(each));
  const namesOf = (groups: readonly (readonly UsedImage[])[]) =>
    listed(groups.map((group) => group.map(({ name }) => name).join(' = ')));
  return [
    ...note(others, `${others.length} files are no images, and were passed over: ${listed(others)}.`),
    ...note(
      unreadable,
      `${unreadable.length} images cannot be read, and were passed over: ${listed(unreadable)}.`,
    ),
    ...note(inTwoClasses, `The same image is in several classes: ${namesOf(inTwoClasses)}.`),
    ...note(
      onTwoSides,
      `The same image trains and validates, which flatters the result: ${namesOf(onTwoSides)}.`,
    ),
    ...note(unseen, `Nothing validates ${listed(unseen)}.`),
    ...note(
      validated.size === 0 ? [true] : [],
      'Nothing validates: accuracy is that on the images of the training.',
    ),
  ];
}

function note(about: readonly unknown[], text: string): readonly string[] {
  return about.length === 0 ? [] : [text];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => JSON.stringify(name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
