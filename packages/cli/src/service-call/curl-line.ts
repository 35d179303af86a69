import { bodyExpression } from './body-expression.ts';

/** A longer body makes a line that nobody reads: it is computed instead. */
const MAX_INLINE_CHARACTERS = 200;

interface Call {
  readonly uri: string;
  readonly credential: string | undefined;
  /** What is sent, as JSON. */
  readonly body: unknown;
}

/** A line for a shell that makes the call, on any machine that has curl and Node. */
export function curlLine({ uri, credential, body }: Call): string {
  const json = JSON.stringify(body);
  const isShort = json.length <= MAX_INLINE_CHARACTERS;
  const words = [
    'curl -sS',
    quoted(uri),
    ...(credential === undefined ? [] : ['-H', quoted(`Authorization: Bearer ${credential}`)]),
    '-H',
    quoted('Content-Type: application/json'),
    '-d',
    isShort ? quoted(json) : '@-',
  ];
  const computed = `node -p ${quoted(`JSON.stringify(${bodyExpression(body)})`)} | `;
  return `${isShort ? '' : computed}${words.join(' ')}`;
}

/** Text as one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
