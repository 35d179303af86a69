import { median, percentile } from '@slipway/testkit';
import type { PhotoTurn } from './photo-turn.ts';

/** The most of the time from a JPEG to its answer that may be something else than the run of the model. */
export const MOST_SHARE = 0.15;

/** Where the time of one photo went, in milliseconds: medians over turns, of what each turn took. */
export interface PhotoParts {
  readonly replica: number;
  readonly gateway: number;
  readonly bare: number;
  /** (replica - bare) / replica, and the same of the gateway. */
  readonly share: number;
  readonly gatewayShare: number;
  /** Of the quickest tenth of the turns: what others on the machine do makes nothing quicker. */
  readonly quickest: { readonly replica: number; readonly bare: number; readonly share: number };
  /** Processors' time, which others on the machine change least. */
  readonly cpu: { readonly replica: number; readonly bare: number; readonly share: number };
  /** Of replica - bare, part by part; medians do not add up exactly. */
  readonly parts: Readonly<Record<Part, number>>;
}

/** In the order of a request. */
export const PARTS = {
  outside: 'client, sockets, system',
  decode: 'decode, on a thread of its own',
  resize: 'resize and normalize, on the thread of the sockets',
  queue: 'wait for a turn',
  rest: 'protocol, key, hop to the engine and back',
  run: 'the run, longer than the bare one',
} as const;

export type Part = keyof typeof PARTS;

export function photoParts(turns: readonly PhotoTurn[]): PhotoParts {
  const over = (of: (turn: PhotoTurn) => number) => median(turns.map(of));
  const rest = ({ own, pixels }: PhotoTurn) => own.total - own.queue - own.run - pixels;
  return {
    replica: over(({ replica }) => replica),
    gateway: over(({ gateway }) => gateway),
    bare: over(({ bare }) => bare),
    share: over(({ replica, bare }) => (replica - bare) / replica),
    gatewayShare: over(({ gateway, bare }) => (gateway - bare) / gateway),
    quickest: quickest(turns),
    cpu: {
      replica: over(({ replicaCpu }) => replicaCpu),
      bare: over(({ bareCpu }) => bareCpu),
      share: over(({ replicaCpu, bareCpu }) => (replicaCpu - bareCpu) / replicaCpu),
    },
    parts: {
      outside: over(({ replica, own }) => replica - own.total),
      decode: over(({ pixels, pixelsHere }) => pixels - pixelsHere),
      resize: over(({ pixelsHere }) => pixelsHere),
      queue: over(({ own }) => own.queue),
      rest: over(rest),
      run: over(({ own, bare }) => own.run - bare),
    },
  };
}

function quickest(turns: readonly PhotoTurn[]): PhotoParts['quickest'] {
  const tenth = (of: (turn: PhotoTurn) => number) => percentile(Float64Array.from(turns, of).sort(), 0.1);
  const replica = tenth((turn) => turn.replica);
  const bare = tenth((turn) => turn.bare);
  return { replica, bare, share: (replica - bare) / replica };
}

/** As lines of text. */
export function describeParts(found: PhotoParts): string {
  const { replica, gateway, bare, share, gatewayShare, parts, quickest: best, cpu } = found;
  const rows: (readonly [string, number, string?])[] = [
    ['bare run', bare],
    ['replica', replica, `${percent(share)} of it is not the run`],
    ...Object.entries(PARTS).map(([part, what]) => [`  ${what}`, parts[part as Part]] as const),
    ['gateway', gateway, percent(gatewayShare)],
    ['bare run, the quickest tenth', best.bare],
    ['replica, the quickest tenth', best.replica, percent(best.share)],
    ["bare run, processors' time", cpu.bare],
    ["replica, processors' time", cpu.replica, percent(cpu.share)],
  ];
  return rows
    .map(([what, ms, note = '']) => `  ${what.padEnd(54)}${ms.toFixed(2).padStart(8)} ms  ${note}`.trimEnd())
    .join('\n');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
