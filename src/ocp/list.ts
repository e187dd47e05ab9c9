import { isTooLarge } from "./errors.js";
import type { OcpId, Page, Unread } from "./model.js";

/** A list that was read page by page. */
export interface Listing<T> {
  /** Each once. */
  readonly entries: readonly T[];
  readonly unread: readonly Unread[];
  /** Proven to be whole (down to where `isEnough` stopped the reading). Else something may be missing. */
  readonly complete: boolean;
  /** Why it cannot be known to be whole, in a sentence without a full stop. */
  readonly why?: string;
}

export interface ReadToEndOptions<T> {
  /** Entries per page. Where a page is larger than what is read of an answer, fewer. */
  readonly size: number;
  /** Whether nothing is wanted of what follows a page with these entries. */
  readonly isEnough?: (entries: readonly T[]) => boolean;
}

const MOST_READINGS = 3;
const MOST_PAGES = 500;

/**
 * Reads a list to its end. While pages are read, entries come and go, and what slips from the second page to the first
 * is on neither; a server may ignore which page is asked for, and its totals may be wrong. So a reading only counts as
 * whole when everything fits together; one that does not is begun again, a few times.
 *
 * `pageOf` asks for one page, the first is 1, and brings its own patience; what it rejects with goes through.
 */
export async function readToEnd<T extends { readonly id: OcpId }>(
  pageOf: PageOf<T>,
  options: ReadToEndOptions<T>,
): Promise<Listing<T>> {
  try {
    return await readPages((page) => pageOf(page, options.size), options);
  } catch (error) {
    if (options.size === 1 || !isTooLarge(error)) throw error;
    return readToEnd(pageOf, { ...options, size: Math.ceil(options.size / SMALLER) });
  }
}

export type PageOf<T> = (page: number, size: number) => Promise<Page<T>>;

/** OCP's pages are too large where tasks have hundreds of subtasks, and a large one takes long. */
const SMALLER = 4;

async function readPages<T extends { readonly id: OcpId }>(
  pageOf: (page: number) => Promise<Page<T>>,
  options: ReadToEndOptions<T>,
): Promise<Listing<T>> {
  const readings: Reading<T>[] = [];
  for (;;) {
    const reading = new Reading<T>(options);
    const end = await readOnce(pageOf, reading);
    readings.push(reading);
    if (end.kind === "whole") return { ...reading.seen(), complete: true };
    if (end.kind === "endless" || readings.length === MOST_READINGS) {
      return { ...together(readings), complete: false, why: end.why };
    }
  }
}

type End =
  | { readonly kind: "whole" }
  /** Another reading may go better. */
  | { readonly kind: "doubtful"; readonly why: string }
  | { readonly kind: "endless"; readonly why: string };

async function readOnce<T extends { readonly id: OcpId }>(
  pageOf: (page: number) => Promise<Page<T>>,
  reading: Reading<T>,
): Promise<End> {
  for (let number = 1; number <= MOST_PAGES; number += 1) {
    const end = reading.add(await pageOf(number));
    if (end !== undefined) return end;
  }
  return { kind: "endless", why: `the list does not end after ${MOST_PAGES} pages` };
}

/** What one reading, from the first page on, has seen so far. */
class Reading<T extends { readonly id: OcpId }> {
  private readonly options: ReadToEndOptions<T>;
  private readonly entries = new Map<OcpId, T>();
  private readonly unread = new Map<OcpId, Unread>();
  /** Nobody can tell one from the other. */
  private readonly unreadWithoutId: Unread[] = [];
  private pages = 0;
  private pagesWithEntries = 0;
  /** Entries that came, those that came twice counted twice. */
  private came = 0;
  private first: Page<T> | undefined;
  private lastKeys = "";
  private lastLength = 0;

  constructor(options: ReadToEndOptions<T>) {
    this.options = options;
  }

  seen(): Pick<Listing<T>, "entries" | "unread"> {
    const unread = [...this.unread.entries()].filter(([id]) => !this.entries.has(id)).map(([, each]) => each);
    return { entries: [...this.entries.values()], unread: [...unread, ...this.unreadWithoutId] };
  }

  /** Undefined: another page is needed. */
  add(page: Page<T>): End | undefined {
    const first = (this.first ??= page);
    this.pages += 1;
    if (page.totalElements !== first.totalElements || page.totalPages !== first.totalPages) {
      this.take(page);
      return doubtful("the list changed while it was read");
    }
    const length = page.entries.length + page.unread.length;
    if (length === 0) return this.atTheEnd();
    if (!this.bringsNews(page)) return this.atRepetition();
    this.take(page);
    if (this.options.isEnough?.(page.entries) === true) return this.atEnough();
    // A full page may hide a next one that the totals do not count: one more request, and seldom.
    if (this.isTold() && length < this.options.size) return this.atTheEnd();
    return undefined;
  }

  private take(page: Page<T>): void {
    for (const entry of page.entries) this.entries.set(entry.id, entry);
    for (const each of page.unread) {
      if (each.id === undefined) this.unreadWithoutId.push(each);
      else this.unread.set(each.id, each);
    }
    this.lastLength = page.entries.length + page.unread.length;
    this.came += this.lastLength;
    this.pagesWithEntries += 1;
    this.lastKeys = keysOf(page);
  }

  private get different(): number {
    const { entries, unread } = this.seen();
    return entries.length + unread.length;
  }

  private bringsNews(page: Page<T>): boolean {
    if (this.lastKeys === keysOf(page)) return false;
    const isNew = (id: OcpId): boolean => !this.entries.has(id) && !this.unread.has(id);
    return page.entries.some(({ id }) => isNew(id)) || page.unread.some(({ id }) => id === undefined || isNew(id));
  }

  /** Whether all that the totals announce has come. */
  private isTold(): boolean {
    const { totalElements, totalPages } = this.first ?? {};
    if (totalElements === undefined && totalPages === undefined) return false;
    return this.pagesWithEntries >= (totalPages ?? 0) && this.different >= (totalElements ?? 0);
  }

  private atTheEnd(): End {
    const { totalElements, totalPages } = this.first ?? {};
    const different = this.different;
    if (totalElements !== undefined && different !== totalElements) {
      return doubtful(`OCP counts ${totalElements} in all and sent ${different}`);
    }

    if (different !== this.came) return doubtful("the list changed while it was read");
    const pages = this.pagesWithEntries;
    const tooFew = totalPages !== undefined && pages < totalPages && !(pages === 0 && totalPages === 1);
    // The number of entries is the better witness: a server that sends less per page than was asked for counts so, or so.
    const tooMany = totalElements === undefined && totalPages !== undefined && pages > totalPages;
    if (tooFew || tooMany) return doubtful(`OCP counts ${totalPages} pages and sent ${pages}`);
    return { kind: "whole" };
  }

  /** The server ignores which page is asked for, or entries have moved. */
  private atRepetition(): End {
    const { totalElements, totalPages } = this.first ?? {};
    const untold = totalElements === undefined && totalPages === undefined;
    if (untold ? this.lastLength < this.options.size : this.isTold()) return this.atTheEnd();
    return doubtful(`page ${this.pages} brings nothing new`);
  }

  private atEnough(): End {
    const { totalElements = Infinity } = this.first ?? {};
    if (this.different !== this.came) return doubtful("the list changed while it was read");
    if (this.different > totalElements) return doubtful(`OCP counts ${totalElements} in all and sent more`);
    return { kind: "whole" };
  }
}

function doubtful(why: string): End {
  return { kind: "doubtful", why };
}

function keysOf<T extends { readonly id: OcpId }>({ entries, unread }: Page<T>): string {
  return JSON.stringify([entries.map(({ id }) => id), unread.map((each) => each.id ?? each)]);
}

/** What any of the readings has seen, each as it was seen last. */
function together<T extends { readonly id: OcpId }>(
  readings: readonly Reading<T>[],
): Pick<Listing<T>, "entries" | "unread"> {
  const seen = readings.map((reading) => reading.seen());
  const entries = new Map(seen.flatMap((each) => each.entries.map((entry) => [entry.id, entry])));
  const unread = new Map(
    seen
      .flatMap((each) => each.unread)
      .filter(({ id }) => id === undefined || !entries.has(id))
      .map((each) => [each.id ?? JSON.stringify(each), each]),
  );
  return { entries: [...entries.values()], unread: [...unread.values()] };
}
