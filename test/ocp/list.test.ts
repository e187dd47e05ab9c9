import { OcpError, TooLarge } from "../../src/ocp/errors.js";
import { type Listing, readToEnd } from "../../src/ocp/list.js";
import type { Page, Unread } from "../../src/ocp/model.js";
import { entries, type Entry } from "./support/entries.js";

type Totals = Pick<Page<Entry>, "totalElements" | "totalPages">;

const WHY = "`id` is missing";

function page(all: readonly Entry[], totals: Totals = {}, unread: readonly Unread[] = []): Page<Entry> {
  return { entries: all, unread, ...totals };
}

/** Answers with the given pages, one reading after the other; what follows a reading's last page is empty. */
async function read(
  readings: readonly (readonly Page<Entry>[])[],
  size = 2,
  isEnough?: (entries: readonly Entry[]) => boolean,
): Promise<{ readonly listing: Listing<Entry>; readonly asked: readonly number[] }> {
  const asked: number[] = [];
  let reading = -1;
  const listing = await readToEnd(
    (number) => {
      asked.push(number);
      if (number === 1) reading += 1;
      const pages = readings[Math.min(reading, readings.length - 1)]!;
      return Promise.resolve(pages[number - 1] ?? { ...pages[0]!, entries: [], unread: [] });
    },
    { size, ...(isEnough !== undefined && { isEnough }) },
  );
  return { listing, asked };
}

describe("a list is whole", () => {
  test.each<[string, Totals, readonly number[]]>([
    ["by the number of entries", { totalElements: 3 }, [1, 2]],
    ["by the number of pages", { totalPages: 2 }, [1, 2]],
    ["by both", { totalElements: 3, totalPages: 2 }, [1, 2]],
    ["at an empty page, where totals are missing", {}, [1, 2, 3]],
  ])("%s", async (_, totals, pages) => {
    const { listing, asked } = await read([[page(entries(3, 2), totals), page(entries(1), totals)]]);
    expect(listing).toEqual({ entries: entries(3, 2, 1), unread: [], complete: true });
    expect(asked).toEqual(pages);
  });

  test.each<[string, Totals]>([
    ["with totals", { totalElements: 0, totalPages: 0 }],
    ["with one empty page", { totalElements: 0, totalPages: 1 }],
    ["without totals", {}],
  ])("when it is empty, %s", async (_, totals) => {
    const { listing, asked } = await read([[page([], totals)]]);
    expect(listing).toEqual({ entries: [], unread: [], complete: true });
    expect(asked).toEqual([1]);
  });

  test("though the server sends less per page than was asked for", async () => {
    const totals = { totalElements: 3, totalPages: 2 };
    const pages = [page(entries(3), totals), page(entries(2), totals), page(entries(1), totals)];
    expect((await read([pages], 2)).listing).toEqual({ entries: entries(3, 2, 1), unread: [], complete: true });
    const untold = pages.map(({ entries: all }) => page(all));
    expect((await read([untold], 2)).listing).toEqual({ entries: entries(3, 2, 1), unread: [], complete: true });
  });

  test("with entries that cannot be understood, which count", async () => {
    const totals = { totalElements: 4 };
    const unread = [{ why: WHY }, { why: WHY }, { id: "2", why: "no status" }];
    const { listing } = await read([[page(entries(9), totals, [unread[0]!]), page([], totals, unread.slice(1))]]);
    expect(listing).toMatchObject({ entries: entries(9), complete: true });
    expect(listing.unread).toHaveLength(3);
  });

  test("where the server ignores the page, if what it sends is all", async () => {
    expect((await read([Array<Page<Entry>>(9).fill(page(entries(1)))])).listing).toMatchObject({ complete: true });
    const all = page(entries(2, 1), { totalElements: 2, totalPages: 1 });
    expect((await read([[all, all]])).listing).toMatchObject({ complete: true });
  });
});

describe("a list is read again, and then", () => {
  test("whole, when nothing changes any more", async () => {
    const before = page(entries(4, 3), { totalElements: 4 });
    const slipped = page(entries(1), { totalElements: 3 });
    const after = { totalElements: 3 };
    const { listing, asked } = await read([
      [before, slipped],
      [page(entries(3, 2), after), page(entries(1), after)],
    ]);
    expect(listing).toEqual({ entries: entries(3, 2, 1), unread: [], complete: true });
    expect(asked).toEqual([1, 2, 1, 2]);
  });

  test.each<[string, readonly Page<Entry>[], string]>([
    [
      "it goes on changing",
      [page(entries(4, 3), { totalElements: 4 }), page(entries(1), { totalElements: 3 })],
      "the list changed while it was read",
    ],
    [
      "the number of pages changes",
      [page(entries(4, 3), { totalPages: 2 }), page(entries(1), { totalPages: 3 })],
      "the list changed while it was read",
    ],
    [
      "an entry came twice and another not at all",
      [page(entries(4, 3), { totalElements: 4 }), page(entries(3, 1), { totalElements: 4 })],
      "OCP counts 4 in all and sent 3",
    ],
    ["more is announced than there is", [page(entries(1), { totalElements: 2 })], "OCP counts 2 in all and sent 1"],
    [
      "less is announced than there is",
      [page(entries(4, 3), { totalElements: 2 }), page(entries(1), { totalElements: 2 })],
      "OCP counts 2 in all and sent 3",
    ],
    ["none is announced", [page(entries(4), { totalElements: 0 })], "OCP counts 0 in all and sent 1"],
    ["more pages are announced than there are", [page(entries(1), { totalPages: 2 })], "OCP counts 2 pages and sent 1"],
    [
      "the server ignores the page",
      Array<Page<Entry>>(9).fill(page(entries(2, 1), { totalElements: 3, totalPages: 2 })),
      "page 2 brings nothing new",
    ],
    [
      "the server ignores the page and tells no totals",
      Array<Page<Entry>>(9).fill(page(entries(2, 1))),
      "page 2 brings nothing new",
    ],
    [
      "the server ignores the page, and nobody can tell its entries apart",
      Array<Page<Entry>>(9).fill(page([], { totalElements: 4 }, [{ why: WHY }, { why: WHY }])),
      "page 2 brings nothing new",
    ],
  ])("not known to be whole, when %s", async (_, pages, why) => {
    const { listing, asked } = await read([pages]);
    expect(listing).toMatchObject({ complete: false, why });
    expect(asked.filter((number) => number === 1)).toHaveLength(3);
  });

  test("holds what any reading has seen, each as it was seen last", async () => {
    const totals = { totalElements: 9 };
    const { listing } = await read([
      [page([{ id: "1", seenOn: "first" }], totals, [{ id: "2", why: WHY }])],
      [page([{ id: "2" }], totals, [{ why: WHY }])],
      [page([{ id: "1", seenOn: "last" }], totals, [{ why: WHY }])],
    ]);
    expect(listing.entries).toEqual([{ id: "1", seenOn: "last" }, { id: "2" }]);
    expect(listing.unread).toEqual([{ why: WHY }]);
  });
});

test("a list that never ends is given up after 500 pages, and not begun again", async () => {
  let asked = 0;
  const pageOf = (number: number): Promise<Page<Entry>> => {
    asked += 1;
    return Promise.resolve(page(entries(2 * number, 2 * number + 1)));
  };
  const listing = await readToEnd(pageOf, { size: 2 });
  expect(listing).toMatchObject({ complete: false, why: "the list does not end after 500 pages" });
  expect(asked).toBe(500);
});

test("what a page fails with goes through", async () => {
  const failure = new Error("no");
  await expect(readToEnd(() => Promise.reject(failure), { size: 2 })).rejects.toBe(failure);
});

describe("a page that is larger than what is read of an answer", () => {
  const tooLarge = new OcpError("GET x was answered with more than 8 MiB", {
    ...{ kind: "not-ocp", method: "GET", url: "x" },
    cause: new TooLarge(),
  });
  const readBelow = (largest: number) => {
    const sizes: number[] = [];
    const all = entries(...Array.from({ length: 60 }, (_, index) => 60 - index));
    const pageOf = (number: number, size: number): Promise<Page<Entry>> => {
      sizes.push(size);
      if (size > largest) return Promise.reject(tooLarge);
      return Promise.resolve(page(all.slice((number - 1) * size, number * size), { totalElements: all.length }));
    };
    return { sizes, listing: readToEnd(pageOf, { size: 200 }), all };
  };

  test.each([
    [60, 50],
    [49, 13],
    [3, 1],
  ])("is asked for in smaller ones, where %d entries are read at once", async (largest, size) => {
    const { sizes, listing, all } = readBelow(largest);
    expect(await listing).toEqual({ entries: all, unread: [], complete: true });
    expect(sizes.at(-1)).toBe(size);
  });

  test("fails the reading where it holds a single entry", async () => {
    const { sizes, listing } = readBelow(0);
    await expect(listing).rejects.toBe(tooLarge);
    expect(sizes).toEqual([200, 50, 13, 4, 1]);
  });
});

describe("where enough is read", () => {
  const olderThan = (least: number) => (all: readonly Entry[]) => all.some(({ id }) => Number(id) < least);
  const totals = { totalElements: 6 };
  const pages = [page(entries(9, 8), totals), page(entries(7, 6), totals), page(entries(5, 4), totals)];

  test("the list is whole down to there", async () => {
    const { listing, asked } = await read([pages], 2, olderThan(7));
    expect(listing).toEqual({ entries: entries(9, 8, 7, 6), unread: [], complete: true });
    expect(asked).toEqual([1, 2]);
  });

  test("a change meanwhile still counts", async () => {
    const changed = [pages[0]!, page(entries(6, 5), { totalElements: 5 })];
    expect((await read([changed], 2, olderThan(7))).listing).toMatchObject({ complete: false });
  });
});
