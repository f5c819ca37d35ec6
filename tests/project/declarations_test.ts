/**
 * Every WGSL file against what the host declares of it: bindings, the fields of `Parameters`, override constants, names. A kernel with
 * nothing but its code could be called wrongly without an error: a uniform has no names on the GPU.
 */
import assert from "node:assert/strict";
import { needs } from "../permissions.ts";
import { kernels, storedOtherwise } from "../support/every_kernel.ts";

/** Every WGSL file by its name: the kernels' own, and those that they share. */
const files = new Map(
  [...kernels, ...storedOtherwise].flatMap((kernel) => [kernel, ...kernel.shared ?? []]).map((
    { name, code },
  ) => [name, code]),
);

/** WGSL without its comments. */
const withoutComments = (code: string) => code.replace(/\/\/.*$/gm, "");

/** What a WGSL file declares. */
function parse(text: string) {
  const code = withoutComments(text);
  const bindings = [
    ...code.matchAll(/@group\((\d+)\)\s*@binding\((\d+)\)\s*var(?:<([^>]*)>)?\s*(\w+)\s*:\s*([^;]+);/g),
  ].map(([, group, binding, space = "texture", name, type]) => {
    const access = space.replaceAll(" ", "");
    return { group: Number(group), binding: Number(binding), access, name, type: type.trim() };
  }).toSorted((one, other) => one.binding - other.binding);
  const struct = /struct Parameters\s*\{([^}]*)\}/.exec(code);
  const fields = struct ? struct[1].split(",").map((field) => field.trim()).filter(Boolean) : [];
  const parameters = fields.map((field) => field.split(/\s*:\s*/));
  const overrides = [...code.matchAll(/override\s+(\w+)/g)].map(([, name]) => name);
  return { bindings, parameters, overrides };
}

Deno.test("declarations: every kernel is found, under one name", () => {
  assert.ok(kernels.length >= 27, `${kernels.length} kernels`);
  assert.equal(new Set(kernels.map((kernel) => kernel.name)).size, kernels.length);
});

for (const kernel of [...kernels, ...storedOtherwise]) {
  const ways = (kernel.shared ?? []).map(({ name }) => name).join(", ");
  Deno.test(`declarations: ${kernel.name}${ways && ` with ${ways}`} declares what its WGSL has`, () => {
    const { bindings, parameters, overrides } = parse(
      [kernel, ...kernel.shared ?? []].map(({ code }) => code).join(""),
    );
    const space = { read: "storage,read", write: "storage,read_write", uniform: "uniform", texture: "texture" };
    const declared = Object.entries(kernel.bindings).map(([name, access]) => [name, space[access]]);
    if (Object.keys(kernel.parameters).length > 0) declared.push(["p", "uniform"]);
    assert.deepEqual(bindings.map(({ name, access }) => [name, access]), declared);
    assert.deepEqual(bindings.map(({ group, binding }) => [group, binding]), declared.map((_, index) => [0, index]));
    for (const { name, type } of bindings) {
      if (name === "p") assert.equal(type, "Parameters");
      else if (kernel.bindings[name] === "texture") assert.equal(type, "texture_2d<f32>", name);
      else assert.match(type, /^array<(f32|u32|i32|vec4f|atomic<u32>|Stored|Stored4|Operand4|Result4)>$/, name);
    }
    assert.deepEqual(parameters, Object.entries(kernel.parameters));
    assert.deepEqual(overrides.toSorted(), [...(kernel.constants ?? [])].toSorted());
    assert.match(withoutComments(kernel.code), /@compute\s+@workgroup_size\(\d+\)\s*fn main\(/);
  });
}

Deno.test("declarations: a kernel whose loops have no fixed ends says how many rounds they make", () => {
  for (const kernel of kernels) {
    const ends = [...withoutComments(kernel.code).matchAll(/for \([^;]*;([^;]*);/g)].map(([, condition]) => condition);
    const fixed = ends.every((condition) => /^ \w+ (<|<=|>) \d+u? ?$/.test(condition));
    assert.equal(kernel.rounds === undefined, fixed, `${kernel.name}: ${ends}`);
    assert(!/\b(while|loop)\b/.test(withoutComments(kernel.code)), kernel.name);
  }
});

Deno.test("declarations: names are words that WGSL, TypeScript and a reader know", () => {
  for (const kernel of kernels) {
    for (const name of [...Object.keys(kernel.bindings), ...Object.keys(kernel.parameters)]) {
      assert.match(name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/, `${kernel.name}: ${name}`);
    }
    for (const name of kernel.constants ?? []) assert.match(name, /^[A-Z]+(_[A-Z]+)*$/, `${kernel.name}: ${name}`);
    assert.match(kernel.name, /^[a-z0-9_]+\/[a-z0-9_]+$/);
  }
});

Deno.test("declarations: every WGSL file starts with a header that says what it is for", () => {
  for (const [name, code] of files) assert.match(code, /^\/\/ \S.{20,}\r?\n/, name);
});

Deno.test({
  name: "declarations: every WGSL file under kernels/ is a kernel of that name or shared by some",
  ignore: needs("read"),
  fn: () => {
    const folder = new URL("../../kernels/", import.meta.url);
    const found: string[] = [];
    const look = (room: string) => {
      for (const { name, isDirectory } of Deno.readDirSync(new URL(`./${room}`, folder))) {
        if (isDirectory) look(`${room}${name}/`);
        if (!name.endsWith(".wgsl")) continue;
        const file = `${room}${name}`, kernel = file.slice(0, -".wgsl".length);
        found.push(kernel);
        assert.equal(files.get(kernel), Deno.readTextFileSync(new URL(file, folder)), kernel);
      }
    };
    look("");
    assert.deepEqual(found.toSorted(), [...files.keys()].toSorted());
  },
});
