import type { Socket } from 'node:net';

const HTTP2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

/** Which protocol these first bytes of a connection speak; `undecided` while they could still become HTTP/2. */
export function protocolOf(firstBytes: Buffer): 'http1' | 'http2' | 'undecided' {
  const length = Math.min(firstBytes.length, HTTP2_PREFACE.length);
  if (firstBytes.compare(HTTP2_PREFACE, 0, length, 0, length) !== 0) return 'http1';
  return length === HTTP2_PREFACE.length ? 'http2' : 'undecided';
}

/**
 * Reads a connection's first bytes and hands it, with them, to the protocol that they speak. A connection that stays
 * silent for `timeoutMs` is destroyed.
 */
export function sniffProtocol(
  socket: Socket,
  timeoutMs: number,
  then: {
    readonly http1: (socket: Socket, first: Buffer) => void;
    readonly http2: (socket: Socket, first: Buffer) => void;
    /** Always called, when the reading ends. */
    readonly left: () => void;
  },
): void {
  let seen: Buffer = Buffer.alloc(0);
  const timer = setTimeout(stop, timeoutMs);
  socket.on('data', look);
  socket.on('error', stop);
  socket.on('end', stop);
  socket.on('close', leave);

  function look(chunk: Buffer): void {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const protocol = protocolOf(seen);
    if (protocol === 'undecided') return;
    leave();
    then[protocol](socket, seen);
  }

  function stop(): void {
    leave();
    socket.destroy();
  }

  function leave(): void {
    then.left();
    clearTimeout(timer);
    socket.off('data', look);
    socket.off('error', stop);
    socket.off('end', stop);
    socket.off('close', leave);
  }
}
