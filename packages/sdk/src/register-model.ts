import type { ModelRegister, Model as ModelResource } from '@slipway/contract/api';
import { listModelFiles } from './model-files.ts';
import { sizeOf, type UploadProgress, withUploaded } from './upload-files.ts';
import type { Workspace } from './workspace.ts';

/** How far a registration is. Hashing and uploading each count up to all bytes of the model. */
export interface RegisterProgress extends Omit<UploadProgress, 'phase'> {
  readonly phase: UploadProgress['phase'] | 'registering';
}

export interface RegisterContext {
  readonly workspace: Workspace;
  readonly onProgress: ((progress: RegisterProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Hashes the files, brings those to the store that it does not have, and registers the model. */
export async function registerModel(
  context: RegisterContext,
  modelPath: string,
  model: Omit<ModelRegister, 'files' | 'folder'>,
): Promise<ModelResource> {
  const { workspace, onProgress, signal } = context;
  const { files, folder } = await listModelFiles(modelPath);
  return await withUploaded(context, files, async (uploaded) => {
    const totalBytes = sizeOf(uploaded);
    onProgress?.({ phase: 'registering', bytes: totalBytes, totalBytes, files: uploaded.length });
    const body: ModelRegister = { ...model, files: uploaded, ...(folder !== undefined && { folder }) };
    return await workspace.client.json<ModelResource>({
      method: 'POST',
      path: workspace.path('/models'),
      body,
      once: true,
      signal,
    });
  });
}
