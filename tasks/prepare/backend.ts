/** The option of every dataset whose faces are detected. */
import { type Command, Option } from "../deps.ts";

/** Adds `--backend`. */
export function withBackend(command: Command): Command {
  return command.addOption(
    new Option("--backend <name>", "what detects faces: wasm, the CPU, or webgpu, the GPU").choices(["wasm", "webgpu"])
      .default("wasm"),
  );
}
