import fc from "fast-check";
import { clean, oneLine } from "../../src/ocp/text.js";
import { processorTime } from "../support/processor-time.js";
import { COMMANDS, HIDDEN, OBEYED } from "./support/obeyed.js";

test("what a CI system would obey is broken whatever stands around it, and what is fit stays as it is", () => {
  const piece = fc.oneof(
    fc.constantFrom(...COMMANDS, ...HIDDEN, "#", "##", ":", "::", "[", "\n", "\u001b", "vso[", "a", "中"),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const line = oneLine(pieces.join(""));
      return !OBEYED.test(line) && !/[\p{C}\p{Zl}\p{Zp}\p{DI}]/u.test(line) && oneLine(line) === line;
    }),
    { numRuns: 5_000 },
  );
});

test("megabytes take no time", () => {
  const milliseconds = processorTime(() => {
    for (const piece of ["#", ":", "##a", "::a", "\u200b", " ", "\n", "a", "中", "section_start", "\ud800"]) {
      clean(piece.repeat(3_000_000));
      oneLine(piece.repeat(300_000));
    }
  });
  expect(milliseconds).toBeLessThan(5_000);
});
