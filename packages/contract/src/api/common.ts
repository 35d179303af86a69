import Type, { type Static, type TSchema } from 'typebox';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../limits.ts';

/** Text of up to 255 characters on one line. */
const AttributeName = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]{1,255}$' });
const AttributeValue = Type.String({ maxLength: 1024 });

/** Free words that a person hangs on a thing; they can be replaced. */
export const Tags = Type.Record(AttributeName, AttributeValue, {
  description: 'Free words; can be replaced.',
  additionalProperties: false,
});
export type Tags = Static<typeof Tags>;

/** Like tags, but what once stands there stays: only new keys may be added. */
export const Properties = Type.Record(AttributeName, AttributeValue, {
  description: 'Fixed words; only new keys may be added.',
  additionalProperties: false,
});
export type Properties = Static<typeof Properties>;

/** Models whose weights nobody trained say so everywhere. */
export const RandomWeights = Type.Union([Type.String(), Type.Null()], {
  description:
    'Weights that nobody trained: `seed 7`, of several models with semicolons between. `null`: none are random.',
});

/** An instant in ISO 8601, UTC, milliseconds. */
export const Timestamp = Type.String({ format: 'date-time' });

/** `sha256:` and 64 lowercase hexadecimal digits. */
export const Digest = Type.String({ pattern: '^sha256:[a-f0-9]{64}$' });

export const Description = Type.Union([Type.String({ maxLength: 4096 }), Type.Null()]);

export const ErrorCodeSchema = Type.Unsafe<ErrorCode>(
  Type.Enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]),
);

/** The reason of something that failed, as it stands in a resource. */
export const Failure = Type.Object({
  code: ErrorCodeSchema,
  message: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type Failure = Static<typeof Failure>;

/** The body of every answer from 400 up. */
export const ErrorResponse = Type.Object({ error: Failure }, { $id: 'ErrorResponse' });
export type ErrorResponse = Static<typeof ErrorResponse>;

/** One page of a listing; `nextCursor` is `null` on the last one. */
export function Page<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) });
}
/** One page of a listing. */
export interface PageOf<T> {
  items: T[];
  nextCursor: string | null;
}

export const PageQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE })),
  cursor: Type.Optional(Type.String({ maxLength: 1024 })),
});
export type PageQuery = Static<typeof PageQuery>;
