import * as ort from 'onnxruntime-node';

/** What the inference library of this installation is. */
export interface RuntimeInfo {
  readonly version: string;
  /** Execution providers that this build knows; those that are not bundled need files which were not installed. */
  readonly providers: readonly { readonly name: string; readonly bundled: boolean }[];
}

/** What onnxruntime says of itself. */
export function runtimeInfo(): RuntimeInfo {
  const { versions } = ort.env;
  return {
    version: versions.node ?? versions.common,
    providers: ort.listSupportedBackends().map(({ name, bundled }) => ({ name, bundled })),
  };
}
