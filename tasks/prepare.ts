/** `deno task prepare <dataset>`: turns what a user holds into the prepared folder that everything else reads. */
import { runTask } from "./command.ts";
import { Command } from "./deps.ts";
import { taskCall } from "./invocation.ts";
import { addCkPlus } from "./prepare/ck_plus.ts";
import { addFer2013 } from "./prepare/fer2013.ts";
import { addFolder } from "./prepare/folder.ts";
import type { Run } from "./prepare/preparation.ts";
import { addSynthetic } from "./prepare/synthetic.ts";
import { addTfd } from "./prepare/tfd.ts";

/** Does what a command line says, and returns the exit code. */
export async function prepareTask(argv: readonly string[]): Promise<number> {
  let code = 0;
  const run: Run = async (work) => {
    code = await work();
  };
  const program = new Command("prepare").description("Prepares a dataset for training.").exitOverride();
  program.showHelpAfterError(`(${taskCall("prepare --help")} lists the datasets)`);
  for (const add of [addTfd, addCkPlus, addFolder, addFer2013, addSynthetic]) add(program, run);
  await program.parseAsync([...argv], { from: "user" });
  return code;
}

if (import.meta.main) await runTask((args) => prepareTask(args));
