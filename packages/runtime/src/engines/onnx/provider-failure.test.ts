import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainProviderFailure } from './provider-failure.ts';

const NOT_LOADED = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library.';
const missing = (library: string) => `${library}: cannot open shared object file: No such file or directory`;

/** As ONNX Runtime 1.30.0 says it where the driver of a machine is too old. */
const OLD_DRIVER =
  'std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError] CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=vm ; line=352 ; expr=cudaSetDevice(info_.device_id);';

const ROWS: readonly (readonly [string, string, string | undefined, RegExp])[] = [
  [
    'no driver',
    NOT_LOADED,
    missing('libcuda.so.1'),
    /: libcuda\.so\.1 is missing; it belongs to the NVIDIA driver: install/,
  ],
  [
    'no CUDA',
    NOT_LOADED,
    missing('libcublasLt.so.13'),
    /libcublasLt\.so\.13 is missing; .*"slipway engine install cuda"/,
  ],
  [
    'no TensorRT',
    NOT_LOADED,
    missing('libnvinfer.so.10'),
    /libnvinfer\.so\.10 is missing; it belongs to TensorRT 10/,
  ],
  ['an unknown library', NOT_LOADED, missing('libodd.so.3'), /cannot be used: libodd\.so\.3 is missing\.$/],
  [
    'an old driver',
    OLD_DRIVER,
    undefined,
    /version 580 or newer\. It says: CUDA failure 35, CUDA driver version is insufficient for CUDA runtime version\.$/,
  ],
  ['a library that loads', OLD_DRIVER, 'undefined symbol: Provider_GetHost', /too old for CUDA 13/],
  [
    'no device',
    'CUDA failure 100: no CUDA-capable device is detected ; GPU=0',
    undefined,
    /CUDA_VISIBLE_DEVICES hides it/,
  ],
  [
    'no graphics card',
    '::<lambda()> status == wgpu::Success was false. Failed to get a WebGPU adapter: No supported adapters.',
    undefined,
    /install its driver for Vulkan .*It says: Failed to get a WebGPU adapter: No supported adapters\.$/,
  ],
  ['anything else', 'It is a bad day.', undefined, /"cuda" cannot be used: It is a bad day\.$/],
];
for (const [what, message, loading, expected] of ROWS) {
  test(`${what} is told with what to do`, () => {
    assert.match(explainProviderFailure({ provider: 'cuda', message, loading }), expected);
  });
}
