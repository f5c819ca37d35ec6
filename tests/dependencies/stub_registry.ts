/** A registry that knows of one vulnerability, or of none: for the test of the audit. Argument: `vulnerable` or `clean`. Prints its port. */

const vulnerable = {
  sharp: [{
    id: 1,
    title: "an advisory made up for a test",
    url: "https://example.com/advisory",
    severity: "high",
    vulnerable_versions: "<1.0.0",
    cwe: [],
    cvss: { score: 8, vectorString: null },
  }],
};

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  await request.body?.cancel();
  return Response.json(Deno.args[0] === "vulnerable" ? vulnerable : {});
});
