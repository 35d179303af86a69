/** The version of ONNX Runtime that models run with: its libraries must be of exactly this one. */
export const ENGINE_VERSION = '1.30.0';

/** Names of execution providers, in lower case as ONNX Runtime's own binding has them. */
export const PROVIDER_PATTERN = '^[a-z][a-z0-9_-]{0,31}$';

/** What runs a model where nothing is said. */
export const DEFAULT_PROVIDERS: readonly string[] = Object.freeze(['cpu']);

/** Packages of `slipway engine install`, each with the execution providers that it brings. */
export const ENGINE_PACKAGES = { cuda: ['cuda', 'tensorrt'] } as const satisfies Record<
  string,
  readonly string[]
>;

/** A package of `slipway engine install`. */
export type EnginePackage = keyof typeof ENGINE_PACKAGES;

/** The file that makes a folder an installed engine; it is there only in a whole one. */
export const ENGINE_MANIFEST = 'engine.json';

/** The package that brings one of these providers; `undefined` where what comes with Slipway is all there is. */
export function enginePackageOf(providers: readonly string[]): EnginePackage | undefined {
  return (Object.keys(ENGINE_PACKAGES) as EnginePackage[]).find((name) =>
    providers.some((provider) => ENGINE_PACKAGES[name].some((one) => one === provider)),
  );
}

/** True where packages can be had for a system, in Node's words: their libraries are made for Linux on x64 alone. */
export function hasEnginePackages(platform: string, architecture: string): boolean {
  return platform === 'linux' && architecture === 'x64';
}

/** The folder of the engines of a home; an absolute path, as `home` is. */
export function enginesFolder(home: string): string {
  return `${home}/engines`;
}

/** Where the package of these providers stands in a home once it is installed, and where a replica looks for it; `null`: they need none. */
export function engineFolder(home: string, providers: readonly string[]): string | null {
  const name = enginePackageOf(providers);
  return name === undefined ? null : `${enginesFolder(home)}/${engineFolderName(name)}`;
}

/** The name of the folder of a package, which has the version in it: an engine of another version is never taken for it. */
export function engineFolderName(name: EnginePackage): string {
  return `onnxruntime-${ENGINE_VERSION}-${name}`;
}
