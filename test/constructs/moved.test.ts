import { Testing, TerraformStack } from "cdktf";
import { Carrier, ObproxyCluster, OcpProvider } from "../../src/index.js";
import { type Move, MovedBlocks, objectMoves } from "../../src/constructs/moved.js";
import { movesOf, testApp, testStack } from "./support/app.js";

const a = { live: "a_obproxies", kept: "a_obproxies_kept" };
const b = { live: "b_obproxies", kept: "b_obproxies_kept" };

function chainOf(moves: readonly Move[]): string {
  return [moves[0]!.from, ...moves.map(({ to }) => to)].join(" ").replaceAll("null_resource.", "");
}

const carrier = Carrier.NULL_RESOURCE;

test("an object that is not kept comes back from the block of the kept", () => {
  expect(objectMoves({ carrier, key: "27/3", homes: [a], isKept: false })).toEqual([
    { from: 'null_resource.a_obproxies_kept["27/3"]', to: 'null_resource.a_obproxies["27/3"]' },
  ]);
});

test("an object that is kept goes there", () => {
  expect(objectMoves({ carrier, key: "27/3", homes: [a], isKept: true })).toEqual([
    { from: 'null_resource.a_obproxies["27/3"]', to: 'null_resource.a_obproxies_kept["27/3"]' },
  ]);
});

test("an object that has changed its provider goes through all places of the other one", () => {
  const moves = objectMoves({ carrier, key: "9", homes: [a, b], isKept: false });
  expect(chainOf(moves)).toBe('a_obproxies_kept["9"] a_obproxies["9"] b_obproxies_kept["9"] b_obproxies["9"]');
});

test("an object that is kept at its new provider goes there", () => {
  const moves = objectMoves({ carrier, key: "9", homes: [a, b], isKept: true });
  expect(chainOf(moves)).toBe('a_obproxies_kept["9"] a_obproxies["9"] b_obproxies["9"] b_obproxies_kept["9"]');
});

test("what null_resource had goes to terraform_data block by block, with a hook or kept", () => {
  const stack = testStack();
  new OcpProvider(stack, "ocp", { carrier: Carrier.TERRAFORM_DATA });
  new ObproxyCluster(stack, "c", { clusterId: 27, clusterName: "orders" });
  expect(movesOf(stack)).toEqual([
    "null_resource.ocp_obproxy_clusters -> terraform_data.ocp_obproxy_clusters",
    "null_resource.ocp_obproxy_clusters_kept -> terraform_data.ocp_obproxy_clusters_kept",
    "null_resource.ocp_obproxies -> terraform_data.ocp_obproxies",
    "null_resource.ocp_obproxies_kept -> terraform_data.ocp_obproxies_kept",
    'terraform_data.ocp_obproxy_clusters_kept["27"] -> terraform_data.ocp_obproxy_clusters["27"]',
  ]);
});

test("no address is moved to, or from, twice", () => {
  const moves = objectMoves({ carrier, key: "9", homes: [a, b], isKept: false });
  expect(new Set(moves.map(({ to }) => to)).size).toBe(moves.length);
  expect(new Set(moves.map(({ from }) => from)).size).toBe(moves.length);
});

test("HCL output has the moves too", () => {
  const stack = new TerraformStack(testApp(), "stack");
  new MovedBlocks(stack, "moved", () => [{ from: "a.b", to: "a.c" }]);
  expect(Testing.synthHcl(stack)).toContain("moved {\nfrom = a.b\nto = a.c\n}");
});
