import { ERROR_CODES } from '@slipway/contract';
import { markdownTable } from './markdown-table.ts';

/** docs/reference/errors.md */
export function errorsReference(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, sentence]) => [`\`${code}\``, sentence]);
  return `# Error codes

Every error of Slipway has one of these codes, and a message that says what was wrong, where, and what to do. The API
answers \`{"error": {"code", "message", "details"}}\`; the command line prints \`Error (code): message\`; the SDK throws
a \`SlipwayError\` with \`code\`, \`message\` and \`details\`.

${markdownTable(['code', 'meaning'], rows)}

<!-- Made by "npm run reference" from packages/contract/src/errors.ts. -->
`;
}
