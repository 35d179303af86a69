import { ERROR_CODES, type ErrorCode } from '@slipway/contract';
import { statusOf } from '../../packages/server/src/http/errors/status.ts';
import { markdownTable } from './markdown-table.ts';

/** docs/reference/errors.md */
export function errorsReference(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, sentence]) => [
    `\`${code}\``,
    String(statusOf(code as ErrorCode)),
    sentence,
  ]);
  return `# Error codes

Every error of Slipway has one of these codes, and a message that says what was wrong, where, and what to do. The API
answers \`{"error": {"code", "message", "details"}}\` with the HTTP status below; the command line prints \`Error (code): message\`; the SDK throws
a \`SlipwayError\` with \`code\`, \`message\` and \`details\`.

${markdownTable(['code', 'status', 'meaning'], rows)}

<!-- Made by "npm run reference" from packages/contract/src/errors.ts and packages/server/src/http/errors/status.ts. -->
`;
}
