import { constants, type ServerHttp2Stream } from 'node:http2';

/** True of a stream that was reset, by its caller or for a caller that takes nothing, before all of its answer was sent. */
export function isUnread({ rstCode, writableFinished }: ServerHttp2Stream): boolean {
  return rstCode !== constants.NGHTTP2_NO_ERROR && !writableFinished;
}
