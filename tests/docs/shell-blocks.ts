const RUNNABLE = /^```sh\n(.*?)^```$/gms;

/** The commands of a document that a reader would type, in order: its blocks marked `sh`, and not `sh no-run`. */
export function shellBlocks(markdown: string): readonly string[] {
  return [...markdown.matchAll(RUNNABLE)].map(([, commands = '']) => commands.trim());
}
