import { SlipwayError } from '@slipway/contract';

/** Fires with the first Ctrl-C, which then does not end the process; the second one does. */
export function interruption(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new SlipwayError('cancelled', 'It was interrupted.'));
  process.once('SIGINT', stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', stop);
    },
  };
}
