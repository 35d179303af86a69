import type { EnginePackage } from '@slipway/contract';

/** A package of libraries as the Python Package Index has it: a ZIP file, pinned by its SHA-256. */
export interface Wheel {
  /** Name in the index. */
  readonly project: string;
  readonly file: string;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What an installed engine is made of. */
export interface EngineRelease {
  readonly name: EnginePackage;
  /** Of ONNX Runtime. */
  readonly version: string;
  readonly wheels: readonly Wheel[];
  /** Bytes of the libraries that are kept, about. */
  readonly installedBytes: number;
}

/**
 * ONNX Runtime's own build for CUDA, which has the provider for TensorRT in it, and the libraries of CUDA 13 and cuDNN 9
 * that it loads. Only libraries are taken of a wheel, so that its Python version does not matter.
 */
const CUDA: EngineRelease = {
  name: 'cuda',
  version: '1.30.0',
  installedBytes: 2_300_000_000,
  wheels: [
    {
      project: 'onnxruntime-gpu',
      file: 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl',
      bytes: 246_685_715,
      sha256: '6acc0f4b3d5ac5f2984432faa59dd8fcce6775f8b43a7140afa0f322c7a703b1',
    },
    {
      project: 'nvidia-cuda-runtime',
      file: 'nvidia_cuda_runtime-13.5.37-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      bytes: 2_504_024,
      sha256: 'df2b79a8852f10d1fef8c848489c49eebb5754051bf870202a862831412b179d',
    },
    {
      project: 'nvidia-cublas',
      file: 'nvidia_cublas-13.10.0.20-py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl',
      bytes: 444_289_903,
      sha256: 'dcc6d63884c53d07e267ce7e6feac17b2538cebaafec5db865736c3e28e4dc84',
    },
    {
      project: 'nvidia-cudnn-cu13',
      file: 'nvidia_cudnn_cu13-9.28.1.4-py3-none-manylinux_2_27_x86_64.whl',
      bytes: 516_817_937,
      sha256: 'a54f205b1db1f2895d99f398754db1369816f0569dd459731f925635cf7b65ec',
    },
    {
      project: 'nvidia-cuda-nvrtc',
      file: 'nvidia_cuda_nvrtc-13.5.37-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl',
      bytes: 58_185_930,
      sha256: '86b4d68058807988b7d9af5b44917a0601e9c337f35ccd657bfb3c759ff8d8bc',
    },
    {
      project: 'nvidia-cufft',
      file: 'nvidia_cufft-12.5.0.14-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl',
      bytes: 165_072_555,
      sha256: 'b8be26837a5abad2b5b74f3e92dd29f622a42934b355be0961a48712cbba23ad',
    },
    {
      project: 'nvidia-curand',
      file: 'nvidia_curand-10.4.5.25-py3-none-manylinux_2_27_x86_64.whl',
      bytes: 77_113_015,
      sha256: '22bb226a857e5888fe6b54ae465fc4371296bcff13a35f79e19691bcf454f529',
    },
  ],
};

/** What `slipway engine install` can install, for Linux on x64. */
export const ENGINE_RELEASES: Readonly<Record<EnginePackage, EngineRelease>> = { cuda: CUDA };
