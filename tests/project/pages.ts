/** The pages of the project as a reader finds them, and what is wrong with one: a file, a task or an option that is not there. */

import { posix } from "node:path";
import config from "../../deno.json" with { type: "json" };
import { needs } from "../permissions.ts";
import { runTask } from "../support/task.ts";
import { isHere, runTaskHere } from "../support/task_here.ts";

const root = new URL("../..", import.meta.url);

/** Pages for users, which show examples, tasks and options; README.md leads to the others. */
export const USERS_PAGES = ["README.md", "datasets/README.md", ...docs()];
/** All pages whose links and paths are followed. */
export const PAGES = [...USERS_PAGES, "CONTRIBUTING.md", "SECURITY.md", "NOTICE.md", "bench/RESULTS.md"];

/** The pages of docs/; none without the permission to look. */
function docs(): string[] {
  if (needs("read")) return [];
  const names = [...Deno.readDirSync(new URL("docs", root))].map(({ name }) => name);
  return names.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`).sort();
}

/** The text of a page, named from the project's root, with LF however it was checked out. */
export const readPage = async (page: string) => (await Deno.readTextFile(new URL(page, root))).replaceAll("\r\n", "\n");

/** Files of the project that a page names: by links, from where it stands, and as code, from the root. */
export function filesOf(page: string, text: string): { path: string; place?: string }[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
  const rooms = "analysis|bench|datasets|docs|examples|gpu|kernels|network|tasks|tests|training";
  const named = [...text.matchAll(new RegExp(`\`((?:${rooms})/[\\w./]+\\.\\w+)\``, "g"))].map(([, path]) => ({ path }));
  const linked = links.map((link) => {
    const [path, place] = link.split("#");
    return { path: path === "" ? page : posix.join(posix.dirname(page), path), place };
  });
  return [...linked, ...named];
}

/** The places in a page that a link can name, one a heading, as GitHub spells them. */
const placesOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-")
  );

/** The files, and places in files, that a page names and that are not there. */
export async function fileFaults(page: string, text: string): Promise<string[]> {
  const faults: string[] = [];
  for (const { path, place } of filesOf(page, text)) {
    const there = await Deno.stat(new URL(path, root)).then(() => true, () => false);
    if (!there) faults.push(`${page} names ${path}`);
    else if (place !== undefined && !placesOf(path === page ? text : await readPage(path)).includes(place)) {
      faults.push(`${page} names ${path}#${place}`);
    }
  }
  return faults;
}

/** Options of other programs that the pages call. */
const FOREIGN = {
  deno: ["--allow-ffi", "--allow-import", "--allow-read", "--ignore-env", "--platform"],
  npm: ["--global"],
  slurm: ["--gres", "--partition", "--signal", "--time"],
};

const OPTION = /(?<![\w-])--[a-z][\w-]*/g;
const optionsIn = (text: string) => text.match(OPTION) ?? [];
const isTask = (word: string): word is keyof typeof config.tasks => Object.hasOwn(config.tasks, word);

/** The options that a task takes: as its help lists them, or, where it is a check of the project's, as its first lines say. */
export async function optionsOf(task: keyof typeof config.tasks, ...command: string[]): Promise<Set<string>> {
  const line = config.tasks[task];
  const check = / (tests\/\S+\.ts)(?: --typed-in=\S+)?$/.exec(line);
  if (check) return new Set(optionsIn(/^\/\*\*.*?\*\//s.exec(await readPage(check[1]))?.[0] ?? ""));
  if (!/ (tasks|bench)\/\w+\.ts /.test(line)) return new Set();
  const help = [...command, "--help"];
  const { code, stdout, stderr } = await (isHere(task) ? runTaskHere(task, ...help) : runTask(task, ...help));
  if (code !== 0) throw new Error(`deno task ${task} --help: ${stderr}`);
  const listed = [...stdout.matchAll(/^(?: {2}|Usage: .*\[)(?:-\w, )?(--[a-z][\w-]*)/gm)].map(([, option]) => option);
  const commands = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
  const below = await Promise.all(commands.map((name) => optionsOf(task, name)));
  return new Set([...listed, "--help", ...below.flatMap((options) => [...options])]);
}

/** All tasks that stand in deno.json, with their options. */
export async function everyTask(): Promise<Map<string, Set<string>>> {
  const tasks = new Map<string, Set<string>>();
  for (const task of Object.keys(config.tasks).filter(isTask)) tasks.set(task, await optionsOf(task));
  return tasks;
}

/** What a page shows as code: the lines of its shell blocks, without their comments, and what stands between single backticks. */
function phrases(text: string): string[] {
  const lines = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block]) => block.split("\n"));
  const inline = [...text.replace(/^```.*?^```/gms, "").matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  return [...lines.map((line) => line.replace(/ +# .*/, "")), ...inline.map((code) => code.replace(/\s+/g, " "))];
}

/**
 * The tasks and options that a page names and that are not there. An option after a task's name is that task's; any other is one of a task that
 * the page names. A table under "Options of `task`" lists them all, and no other.
 */
export function optionFaults(page: string, text: string, tasks: Map<string, Set<string>>): string[] {
  const faults: string[] = [];
  const named = new Set<string>(), alone: string[] = [];
  for (const phrase of phrases(text)) {
    const called = /(?:deno task(?: --config \S+)?|sh setup\.sh(?! install\b)|^aulens) ([\w-]+)(.*)/.exec(phrase);
    const alike = /^([\w-]+)((?: .*)?)$/.exec(phrase);
    const found = called ?? (alike && tasks.has(alike[1]) ? alike : null);
    if (found === null) {
      alone.push(...optionsIn(phrase));
      continue;
    }
    const [, task, rest] = found;
    const options = tasks.get(task);
    if (options === undefined) faults.push(`${page} names deno task ${task}`);
    else {
      named.add(task);
      const others = optionsIn(rest).filter((option) => !options.has(option));
      faults.push(...others.map((option) => `${page} names ${task} ${option}`));
    }
  }
  const known = new Set(
    [...named].flatMap((task) => [...tasks.get(task)!]).concat(FOREIGN.deno, FOREIGN.npm, FOREIGN.slurm),
  );
  faults.push(...alone.filter((option) => !known.has(option)).map((option) => `${page} names ${option}`));
  for (const [task, listed] of optionTables(text)) {
    const taken = tasks.get(task) ?? new Set();
    const differ = new Set(listed.flatMap((row) => row === TRAINS ? shared(tasks, task) : [row]))
      .symmetricDifference(taken);
    differ.delete("--help");
    faults.push(
      ...[...differ].map((option) => `${page} lists ${task} ${option} ${taken.has(option) ? "not" : "only"}`),
    );
  }
  return faults;
}

/** The row that stands for all options which a task has in common with `train`. */
const TRAINS = "and those of `train`";
const shared = (
  tasks: Map<string, Set<string>>,
  task: string,
) => [...tasks.get("train")!.intersection(tasks.get(task) ?? new Set())];

/** The tables of options of a page: the task, and each option that the first column has. */
export function optionTables(text: string): [string, string[]][] {
  return [...text.matchAll(/^#+ Options of `(\w+)`\n(.*?)(?=^#|$(?![^]))/gms)].map(([, task, section]) => {
    const cells = [...section.matchAll(/^\| (.*?) +\|/gm)].map(([, cell]) => cell.trim());
    return [task, cells.flatMap((cell) => cell === TRAINS ? [TRAINS] : optionsIn(cell))];
  });
}
