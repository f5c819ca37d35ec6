/** A project of a test's own, so that its default folders are the test's, under a name that holds all that a shell could take for something else. */
import { fileURLToPath } from "node:url";
import { inTemporary } from "./files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that no checkout brings along. */
const OWN = ["data", "runs", "crossval", ".git", ".setup"];

/** The copy, and a folder beside it that somebody works in. */
export interface Folders {
  project: string;
  here: string;
}

/**
 * Runs `use` with a copy of the project that consists of links.
 *
 * @param files Instead of the links: the files that the copy consists of, by their paths.
 */
export async function withProjectCopy(
  use: (folders: Folders) => Promise<void>,
  files?: Record<string, string>,
): Promise<void> {
  await inTemporary(async (temporary) => {
    const folder = await Deno.realPath(temporary);
    const project = `${folder}/the project's "own" $HOME`, here = `${folder}/photos of 'me'`;
    await Deno.mkdir(`${project}/tasks`, { recursive: true });
    await Deno.mkdir(here);
    for (const [path, text] of Object.entries(files ?? {})) await Deno.writeTextFile(`${project}/${path}`, text);
    if (files === undefined) {
      await Deno.remove(`${project}/tasks`);
      for await (const { name } of Deno.readDir(root)) {
        if (!OWN.includes(name)) await Deno.symlink(`${root}${name}`, `${project}/${name}`);
      }
    }
    await use({ project, here });
  });
}

/** This process's environment as a shell has it that no npm script and no task has started. */
export function shellEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => name !== "INIT_CWD"));
}
