/** The folder that what is served beside code is found from: the same layout in the sources and beside the bundle. */
export const ROOT = new URL('./', import.meta.url);
