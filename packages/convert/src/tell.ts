/** A line of a conversion's log. */
export interface Note {
  readonly message: string;
  readonly level?: 'info' | 'warn';
  /** Of the whole job, 0 to 100. */
  readonly percent?: number;
}

export type Tell = (note: Note) => void;
