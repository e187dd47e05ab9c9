import { Testing, TerraformStack } from "cdktf";
import { Carrier } from "../../src/index.js";
import { blockMove, type Move, MovedBlocks, objectMoves } from "../../src/constructs/moved.js";
import { testApp } from "./support/app.js";

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

test("what null_resource had kept joins the block that moves to terraform_data", () => {
  const moves = objectMoves({ carrier: Carrier.TERRAFORM_DATA, key: "9", homes: [a], isKept: true });
  expect(moves).toEqual([
    { from: 'null_resource.a_obproxies_kept["9"]', to: 'null_resource.a_obproxies["9"]' },
    { from: 'terraform_data.a_obproxies["9"]', to: 'terraform_data.a_obproxies_kept["9"]' },
  ]);
  expect(blockMove("a_obproxies")).toEqual({ from: "null_resource.a_obproxies", to: "terraform_data.a_obproxies" });
});

test("no address is moved to, or from, twice", () => {
  const moves = [Carrier.NULL_RESOURCE, Carrier.TERRAFORM_DATA].flatMap((each) =>
    objectMoves({ carrier: each, key: "9", homes: [a, b], isKept: false }),
  );
  const ofTerraformData = moves.slice(3);
  expect(new Set(ofTerraformData.map(({ to }) => to)).size).toBe(ofTerraformData.length);
  expect(new Set(ofTerraformData.map(({ from }) => from)).size).toBe(ofTerraformData.length);
});

test("HCL output has the moves too", () => {
  const stack = new TerraformStack(testApp(), "stack");
  new MovedBlocks(stack, "moved", () => [{ from: "a.b", to: "a.c" }]);
  expect(Testing.synthHcl(stack)).toContain("moved {\nfrom = a.b\nto = a.c\n}");
});
