import { ERROR_CODES, type ErrorCode, SlipwayError } from '@slipway/contract';
import { errorAnswer } from '../../packages/runtime/src/protocols/azure/errors.ts';
import { statusOf } from '../../packages/server/src/http/errors/status.ts';
import { markdownTable } from './markdown-table.ts';

/** docs/reference/errors.md */
export function errorsReference(): string {
  const rows = Object.entries(ERROR_CODES).map(([code, sentence]) => [
    `\`${code}\``,
    String(statusOf(code as ErrorCode)),
    String(scoreStatusOf(code as ErrorCode)),
    sentence,
  ]);
  return `# Error codes

Every error of Slipway has one of these codes, and a message that says what was wrong, where, and what to do. The API
answers \`{"error": {"code", "message", "details"}}\` with the HTTP status of the column API, a replica
answers a call of \`/score\` with that of the next column; the command line prints \`Error (code): message\`; the SDK throws
a \`SlipwayError\` with \`code\`, \`message\` and \`details\`.

${markdownTable(['code', 'API', '`/score`', 'meaning'], rows)}

<!-- Made by "npm run reference" from packages/contract/src/errors.ts, packages/server/src/http/errors/status.ts and packages/runtime/src/protocols/azure/errors.ts. -->
`;
}

function scoreStatusOf(code: ErrorCode): number {
  return errorAnswer(new SlipwayError(code, ''), { service: '' }).status;
}
