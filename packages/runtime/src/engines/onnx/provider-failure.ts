/** Why a provider could not be used, as far as the system and ONNX Runtime say. */
export interface ProviderTrouble {
  readonly provider: string;
  /** What ONNX Runtime says. */
  readonly message: string;
  /** What the system says when it is asked to load the provider's library; `undefined` if there is none of its own. */
  readonly loading: string | undefined;
}

/** `libcuda.so.1: cannot open shared object file: …` */
const MISSING_LIBRARY = /(\S+\.so[\d.]*): cannot open shared object file/;

/** ONNX Runtime wraps it in the signatures of its own functions. */
const CUDA_FAILURE = /CUDA failure (\d+): ([^;]+?)\s*;/;

/** A check in ONNX Runtime's own code that failed, and its name; what it means stands behind it. */
const BROKEN_CHECK = /^.* was false\. /s;

/** Whose the library is, by the beginning of its name, and how to get it. The first that fits counts. */
const SOURCES: readonly (readonly [RegExp, string])[] = [
  [
    /^libcuda\.so/,
    'it belongs to the NVIDIA driver: install the driver, version 580 or newer, or give this container access to it',
  ],
  [
    /^libnv(?:infer|onnxparser)/,
    'it belongs to TensorRT 10: install it from NVIDIA where the system finds it',
  ],
  [
    /^libcu(?:blas|dart|dnn|fft|rand)|^libnvrtc/,
    'it belongs to CUDA 13 and cuDNN 9: "slipway engine install cuda" brings it',
  ],
  [/^libvulkan/, 'it belongs to Vulkan: install the driver of the graphics card'],
];

/** What ONNX Runtime says of devices, and what to do. */
const DEVICE_TROUBLE: readonly (readonly [RegExp, string])[] = [
  [
    /driver version is insufficient/,
    'there is no NVIDIA driver, or it is too old for CUDA 13: install version 580 or newer',
  ],
  [
    /no CUDA-capable device/,
    'there is no NVIDIA GPU, or CUDA_VISIBLE_DEVICES hides it: look at what "nvidia-smi" shows',
  ],
  [/out of memory/, 'the memory of the GPU is taken by other programs: look at what "nvidia-smi" shows'],
  [
    /WebGPU adapter/,
    'there is no graphics card that it can use: install its driver for Vulkan (libvulkan.so.1 and that of the card)',
  ],
];

/** A sentence on what is in the way of a provider, and what to do about it. */
export function explainProviderFailure({ provider, message, loading }: ProviderTrouble): string {
  const prefix = `The execution provider "${provider}" cannot be used`;
  const library = MISSING_LIBRARY.exec(loading ?? '')?.[1];
  if (library !== undefined) {
    const source = SOURCES.find(([names]) => names.test(library))?.[1];
    return `${prefix}: ${library} is missing${source === undefined ? '' : `; ${source}`}.`;
  }
  const [, number, failure] = CUDA_FAILURE.exec(message) ?? [];
  const said =
    failure === undefined ? message.replace(BROKEN_CHECK, '') : `CUDA failure ${number}, ${failure}.`;
  const advice = DEVICE_TROUBLE.find(([words]) => words.test(message))?.[1];
  return advice === undefined ? `${prefix}: ${said}` : `${prefix}: ${advice}. It says: ${said}`;
}
