/** What goes on, for a person who waits: one line on standard error that is drawn over, only on a terminal. */
export interface Progress {
  /** Shows what is done now in place of what was shown before. */
  show(text: string): void;
  /** Prints a line that stays, for what a person ought to know; on any screen. */
  note(text: string): void;
  /** Wipes the line. */
  clear(): void;
}

interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 100;
const ERASE_LINE = '\r\u001b[2K';

export function createProgress(screen: Screen): Progress {
  const note = (text: string) => void screen.write(`${text}\n`);
  if (screen.isTTY !== true) return { show: () => {}, note, clear: () => {} };
  let shown = '';
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    frame = (frame + 1) % FRAMES.length;
    const room = (screen.columns ?? 80) - 3;
    screen.write(`${ERASE_LINE}${FRAMES[frame]} ${shown.slice(0, room)}`);
  };
  return {
    note(text) {
      screen.write(ERASE_LINE);
      note(text);
    },
    show(text) {
      shown = text;
      draw();
      timer ??= setInterval(draw, FRAME_MS).unref();
    },
    clear() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      screen.write(ERASE_LINE);
    },
  };
}
