import fc from "fast-check";
import { readToEnd } from "../../src/ocp/list.js";
import type { Page } from "../../src/ocp/model.js";
import { entries, type Entry, ids } from "./support/entries.js";

const WHY = "`id` is missing";

describe("whatever the server does", () => {
  /** An OCP whose list loses and gains entries between requests, or lies. */
  const server = fc.record({
    count: fc.nat(25),
    size: fc.integer({ min: 1, max: 7 }),
    totals: fc.constantFrom("both", "elements", "pages", "none"),
    leaves: fc.array(fc.tuple(fc.nat(9), fc.nat(25)), { maxLength: 4 }),
    joins: fc.array(fc.nat(9), { maxLength: 3 }),
    broken: fc.array(fc.nat(25), { maxLength: 3 }),
    ignoresPage: fc.boolean(),
    cap: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
  });

  test("what is called whole holds all that was there throughout, once", async () => {
    let whole = 0;
    await fc.assert(
      fc.asyncProperty(server, async ({ count, size, totals, leaves, joins, broken, ignoresPage, cap }) => {
        let list = Array.from({ length: count }, (_, index) => count - index);
        let gone = 0;
        let request = 0;
        const perPage = Math.min(size, cap ?? size);
        const stayed = new Set(list);
        const listing = await readToEnd<Entry>(
          (number) => {
            const start = (ignoresPage ? 0 : number - 1) * perPage;
            const shown = list.slice(start, start + perPage);
            const answer: Page<Entry> = {
              entries: entries(...shown.filter((id) => !broken.includes(id))),
              unread: shown
                .filter((id) => broken.includes(id))
                .map((id) => (id % 2 ? { why: WHY } : { id: String(id), why: WHY })),
              ...((totals === "both" || totals === "elements") && { totalElements: list.length }),
              ...((totals === "both" || totals === "pages") && { totalPages: Math.ceil(list.length / perPage) }),
            };
            for (const [at, id] of leaves) {
              if (at !== request || !list.includes(id)) continue;
              list = list.filter((each) => each !== id);
              stayed.delete(id);
              gone += 1;
            }
            if (joins.includes(request)) list = [100 + request, ...list];
            request += 1;
            return Promise.resolve(answer);
          },
          { size },
        );
        expect(new Set(ids(listing)).size).toBe(listing.entries.length);
        expect(listing.complete).toBe(listing.why === undefined);
        const steady = gone === 0 && joins.length === 0 && !ignoresPage;
        if (steady && totals !== "none") expect(listing).toMatchObject({ complete: true });
        // Without totals nobody can see that an entry has slipped to a page that was read before.
        if (!listing.complete || (totals !== "both" && totals !== "elements" && !steady)) return;
        // Nor that a page is always the first one, where an entry leaves and another one joins in the same moment.
        if (ignoresPage && gone > 0 && joins.length > 0) return;
        whole += 1;
        const seen = new Set(ids(listing));
        for (const id of stayed) if (!broken.includes(id)) expect(seen).toContain(String(id));
        const expectedUnread = [...stayed].filter((id) => broken.includes(id)).length;
        expect(listing.unread.length).toBeGreaterThanOrEqual(expectedUnread);
      }),
      { numRuns: 3_000 },
    );
    expect(whole).toBeGreaterThan(500);
  });
});
