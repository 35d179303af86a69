/** Memory of a kernel, in pages of 64 KiB. Growing it takes the buffer away from whoever holds the old one. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): void;
}

/** A part of the language that TypeScript counts among those of browsers. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** Makes instances of WebAssembly that is given as base64, each with memory of its own; throws if it is none. */
export function compileKernel<Exports>(code: string): () => Exports {
  const module = new WebAssembly.Module(Buffer.from(code, 'base64'));
  return () => new WebAssembly.Instance(module).exports as Exports;
}
