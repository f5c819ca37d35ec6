/**
 * Sends each of its arguments, as it stands, over a connection of its own to a port of this machine, and prints what comes back as JSON: a
 * request that no browser, and no `fetch`, would write so. A program, since the tests themselves have no network.
 */
const [port, ...requests] = Deno.args;
const answers: string[] = [];
for (const request of requests) {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  await connection.write(new TextEncoder().encode(request));
  const parts: Uint8Array[] = [];
  for await (const part of connection.readable) parts.push(part);
  answers.push(new TextDecoder("latin1").decode(await new Blob(parts as BlobPart[]).arrayBuffer()));
}
console.log(JSON.stringify(answers));
