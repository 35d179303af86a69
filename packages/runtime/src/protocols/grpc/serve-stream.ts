import type { ServerHttp2Stream } from 'node:http2';
import { SlipwayError, toSlipwayError } from '@slipway/contract';
import type { GrpcCall } from './call.ts';
import { type IncomingMessages, readMessages } from './incoming-messages.ts';
import type { StreamMethod } from './method.ts';
import type { MessageLimits } from './serve-unary.ts';

/** A call that goes on until one side ends it. */
export interface OpenStream {
  /** Answers what has come, and then ends the call in a way that makes its caller open another elsewhere. */
  drain(): void;
}

/** Answers the messages of a call while they come. */
export function serveStream(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  method: StreamMethod,
  limits: MessageLimits,
): OpenStream {
  let isDraining = false;
  const messages = readMessages(stream, call, limits);
  void answer(messages);
  return {
    drain: () => {
      isDraining = true;
      messages.leaveOff();
    },
  };

  async function answer(incoming: IncomingMessages): Promise<void> {
    try {
      for await (const message of method.serve(incoming, call)) {
        await call.send(message);
        if (call.isOver) return;
      }
      if (isDraining) call.fail(draining());
      else call.succeed();
    } catch (thrown) {
      call.fail(toSlipwayError(thrown));
    }
  }
}

/** The error of a stream whose server is about to stop. */
export function draining(): SlipwayError {
  return new SlipwayError('unavailable', 'The replica is about to stop; open the stream again.');
}
