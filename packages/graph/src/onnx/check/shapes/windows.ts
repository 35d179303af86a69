import type { Call, Rule } from './rule.ts';
import { computed, type Dim, type Dims, differ, shaped, shapeText } from './shape.ts';

/** How a window moves over the axes behind the channels; lists have a number for each of them. */
interface Window {
  readonly kernel: Dims;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** At all starts, then at all ends. */
  readonly pads: readonly number[];
  /** `NOTSET`, `VALID`, `SAME_UPPER` or `SAME_LOWER`. */
  readonly padding: string;
}

/** Reads the attributes; `undefined` where a list has another length, which is reported. */
function windowOf(call: Call, kernel: Dims): Window | undefined {
  const axes = kernel.length;
  const list = (name: string, length: number, otherwise: number): readonly number[] | undefined => {
    const found = call.ints(name) ?? Array<number>(length).fill(otherwise);
    if (found.length === length) return found;
    call.report(
      `Its attribute ${name} has ${found.length} numbers, not ${length}: its window has ${axes} axes.`,
    );
    return undefined;
  };
  const strides = list('strides', axes, 1);
  const dilations = list('dilations', axes, 1);
  const padding = call.text('auto_pad') ?? 'NOTSET';
  const pads = padding === 'NOTSET' ? list('pads', 2 * axes, 0) : [];
  if (strides === undefined || dilations === undefined || pads === undefined) return undefined;
  return { kernel, strides, dilations, pads, padding };
}

/** A convolution. Sizes as ONNX's documentation of Conv and its pooling operators has them. */
export function convolution(image: number, weights: number, bias: number): Rule {
  return (call) => {
    const ends = channelsOf(call, image, weights);
    if (ends === undefined) return [];
    const { input, kernel, groups } = ends;
    if (
      differ(
        input[1],
        computed([kernel[1], groups], (size, count) => size * count),
      )
    ) {
      const said = groups === 1 ? '' : ` in each of ${groups} groups`;
      call.report(
        `Its input ${call.title(image)} has ${input[1]} channels; the kernel ${call.title(weights)} takes ${kernel[1]}${said}.`,
      );
      return [];
    }
    if (typeof kernel[0] === 'number' && kernel[0] % groups !== 0) {
      call.report(
        `The kernel ${call.title(weights)} makes ${kernel[0]} channels, which are no ${groups} groups.`,
      );
      return [];
    }
    checkBias(call, bias, kernel[0]);
    const window = windowOf(call, kernel.slice(2));
    if (window === undefined) return [shaped([input[0], kernel[0], ...input.slice(2).map(() => undefined)])];
    return [shaped([input[0], kernel[0], ...moved(input.slice(2), window)])];
  };
}

export const transposedConvolution: Rule = (call) => {
  const ends = channelsOf(call, 0, 1);
  if (ends === undefined) return [];
  const { input, kernel, groups } = ends;
  if (differ(input[1], kernel[0])) {
    call.report(
      `Its input ${call.title(0)} has ${input[1]} channels; the kernel ${call.title(1)} takes ${kernel[0]}.`,
    );
    return [];
  }
  const channels = computed([kernel[1], groups], (size, count) => size * count);
  checkBias(call, 2, channels);
  const window = windowOf(call, kernel.slice(2));
  const spatial = input.slice(2);
  const sizes = window === undefined ? spatial.map(() => undefined) : spread(call, spatial, window);
  return [shaped([input[0], channels, ...sizes])];
};

/** The image, the kernel and the number of groups, where they can be of one convolution. */
function channelsOf(
  call: Call,
  image: number,
  weights: number,
): { input: Dims; kernel: Dims; groups: number } | undefined {
  const [input, kernel] = [call.dims(image), call.dims(weights)];
  if (input === undefined || kernel === undefined) return undefined;
  if (input.length < 3 || input.length !== kernel.length) {
    call.report(
      `Its input ${call.title(image)} and its kernel ${call.title(weights)} must have the same number of axes, 3 or more.`,
    );
    return undefined;
  }
  const said = call.ints('kernel_shape');
  if (
    said !== undefined &&
    (said.length !== kernel.length - 2 || said.some((size, axis) => differ(size, kernel[axis + 2])))
  ) {
    call.report(
      `Its kernel is ${call.title(weights)}, and its attribute kernel_shape says ${shapeText(said)}.`,
    );
    return undefined;
  }
  const groups = call.int('group') ?? 1;
  if (groups < 1) {
    call.report(`It has ${groups} groups.`);
    return undefined;
  }
  return { input, kernel, groups };
}

function checkBias(call: Call, input: number, channels: Dim): void {
  const bias = call.given(input) ? call.dims(input) : undefined;
  if (bias === undefined || (bias.length === 1 && !differ(bias[0], channels))) return;
  call.report(
    `Its bias ${call.title(input)} must have one axis, with a number for each of the ${channels ?? '?'} channels.`,
  );
}

/** A pool. Its second output, where it was found, is like the first. */
export const pool: Rule = (call) => {
  const [input, kernel] = [call.dims(0), call.ints('kernel_shape')];
  if (input === undefined || kernel === undefined) return [];
  if (input.length !== kernel.length + 2) {
    call.report(
      `Its window has ${kernel.length} axes, which do not fit its input ${call.title(0)}: it has a batch and channels besides.`,
    );
    return [];
  }
  const window = windowOf(call, kernel);
  if (window === undefined) return [];
  const sizes = moved(input.slice(2), window, (call.int('ceil_mode') ?? 0) !== 0);
  const result = shaped([input[0], input[1], ...sizes]);
  return [result, result];
};

export const globalPool: Rule = (call) => {
  const input = call.dims(0);
  return input === undefined ? [] : [shaped(input.map((dim, axis) => (axis < 2 ? dim : 1)))];
};

function moved(sizes: Dims, window: Window, up = false): Dims {
  const { kernel, strides, dilations, pads, padding } = window;
  return sizes.map((size, axis) => {
    const [stride = 1, dilation = 1] = [strides[axis], dilations[axis]];
    if (stride < 1 || dilation < 1) return undefined;
    if (padding.startsWith('SAME')) return positive(computed([size], (whole) => Math.ceil(whole / stride)));
    const [before = 0, after = 0] = padding === 'NOTSET' ? [pads[axis], pads[axis + sizes.length]] : [];
    return positive(
      computed([size, kernel[axis]], (whole, taken) => {
        const steps = (whole + before + after - ((taken - 1) * dilation + 1)) / stride;
        if (Number.isInteger(steps) || !up) return Math.floor(steps) + 1;
        // A last window that begins in what is padded is left out by some versions, and by others not.
        return padding !== 'NOTSET' || (Math.floor(steps) + 1) * stride >= whole + before
          ? Number.NaN
          : Math.floor(steps) + 2;
      }),
    );
  });
}

/** Where a window is larger than what it moves over, runtimes answer each in their own way. */
function positive(size: Dim): Dim {
  return typeof size === 'number' && size < 1 ? undefined : size;
}

function spread(call: Call, sizes: Dims, { kernel, strides, dilations, pads, padding }: Window): Dims {
  const wanted = call.ints('output_shape');
  if (wanted !== undefined) return wanted.length === sizes.length ? wanted : sizes.map(() => undefined);
  const more = call.ints('output_padding') ?? [];
  return sizes.map((size, axis) => {
    const [stride = 1, dilation = 1, extra = 0] = [strides[axis], dilations[axis], more[axis]];
    const [before = 0, after = 0] = padding === 'NOTSET' ? [pads[axis], pads[axis + sizes.length]] : [];
    return positive(
      computed([size, kernel[axis]], (whole, taken) => {
        const reach = (taken - 1) * dilation + 1;
        if (!padding.startsWith('SAME')) return stride * (whole - 1) + extra + reach - before - after;
        return reach < stride || extra !== 0 ? Number.NaN : whole * stride;
      }),
    );
  });
}
