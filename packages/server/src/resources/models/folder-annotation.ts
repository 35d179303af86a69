/** Annotation of a model's manifest with the name of the folder that its files were in. */
export const FOLDER_ANNOTATION = 'dev.slipway.model.folder';
