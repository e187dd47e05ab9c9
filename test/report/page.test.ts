import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe, { type AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { BROWSER_TIMEOUT_MS, openBrowser } from "./browser.js";
import { failureOf, Place, Run } from "./place.js";

/** The page of `--html`, in a real browser. */

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, BROWSER_TIMEOUT_MS);
afterAll(async () => {
  // Undefined where there is none: then that is what failed.
  await (browser as Browser | undefined)?.close();
});

let place: Place;
afterEach(() => {
  (place as Place | undefined)?.remove();
});

interface Opened {
  readonly page: Page;
  /** What the browser said of it, and asked for beside it. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

async function open(options: BrowserContextOptions = {}): Promise<Opened> {
  await place.alone("--html", "report.html");
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  const url = pathToFileURL(join(place.path, "report.html")).href;
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

function oneOfThreeTasksFailed(): void {
  place = new Place();
  const run = new Run(place.hooks).deletes("900", ["27/1"]).deletes("910", ["27/2"]).fails("920", ["27/3"]);
  place.wrote(String(run));
  place.holds(["27", "27/3"]);
}

const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 375, height: 667 }, hasTouch: true, isMobile: true };

describe("after one of three tasks failed", () => {
  let opened: Opened;
  beforeEach(async () => {
    oneOfThreeTasksFailed();
    opened = await open(DESK);
  });
  afterEach(async () => {
    const { complaints } = opened;
    await opened.close();
    expect(complaints).toEqual([]);
  });

  test("shows the failed object, and why, with the lines of its log", async () => {
    const cause = opened.page.getByRole("article").filter({ hasText: "FAILED OBProxy 27/3" });
    await cause.waitFor();
    const text = await cause.innerText();
    for (const line of failureOf("920").details) expect(text).toContain(line);
    expect(text).toContain("What to do: mend the cause and retry task 920");
  });

  test("draws each object, task and subtask, in words too", async () => {
    const rows = await opened.page.getByRole("table").getByRole("row").allInnerTexts();
    const words = rows.map((row) => row.replaceAll(/\s+/g, " ").trim());
    expect(words).toContainEqual(
      expect.stringMatching(/^task 920 "Delete obproxy server" FAILED seen from .* 1 of 3 subtasks done/),
    );
    expect(words).toContainEqual(expect.stringMatching(/^Stop obproxy FAILED subtask 9201, seen from [\d:]+, 4 s/));
    expect(words).toContainEqual(
      expect.stringMatching(/^OBProxy 27\/3 failed why OBProxy 27\/3 is left from .*, task 920/),
    );
    expect(words).toContainEqual(expect.stringMatching(/^OBProxy cluster 27 waiting no hook has told of it/));
    expect(await opened.page.locator("rect.bar.failed").count()).toBe(3);
  });

  test("puts the bars where they belong in time", async () => {
    const bars = await opened.page
      .locator("tr", { hasText: /^OBProxy 27\/\d/ })
      .locator("rect")
      .all();
    const boxes = await Promise.all(bars.map((bar) => bar.boundingBox()));
    // What failed stands first, and was the last; each began when the one before had ended.
    const [third, first, second] = boxes;
    expect(first!.x + first!.width).toBeLessThanOrEqual(second!.x);
    expect(second!.x + second!.width).toBeLessThanOrEqual(third!.x);
  });

  test("leads from an object to why it is left", async () => {
    await opened.page.getByRole("link", { name: "why OBProxy 27/3 is left" }).click();
    expect(await opened.page.evaluate("document.activeElement.textContent")).toContain("FAILED OBProxy 27/3");
  });

  test("unfolds the subtasks of a task that ended well, by keyboard", async () => {
    const head = opened.page.getByRole("button", { name: /^task 900/ });
    const subtask = opened.page.getByText("subtask 9001");
    expect(await head.getAttribute("aria-expanded")).toBe("false");
    expect(await subtask.isVisible()).toBe(false);
    await head.focus();
    await opened.page.keyboard.press("Enter");
    expect(await head.getAttribute("aria-expanded")).toBe("true");
    expect(await subtask.isVisible()).toBe(true);
  });

  test("zooms by button, key and wheel, and says how far", async () => {
    const { page } = opened;
    const scroller = page.getByRole("region", { name: "Timeline" });
    const widths = (): Promise<readonly number[]> =>
      page.evaluate(
        "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('.scroller'))",
      );
    const [fit = 0, shown = 0] = await widths();
    expect(fit).toBe(shown);
    await page.getByRole("button", { name: "Zoom in" }).click();
    expect(await page.getByRole("status").innerText()).toBe("150 %");
    expect((await widths())[0]).toBeGreaterThan(shown * 1.2);
    await scroller.focus();
    await page.keyboard.press("+");
    expect(await page.getByRole("status").innerText()).toBe("225 %");
    await page.keyboard.press("0");
    expect((await widths())[0]).toBe(shown);
    await scroller.hover();
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -300);
    await page.keyboard.up("Control");
    await page.getByText("272 %").waitFor();
  });
});

test.each([
  ["light", DESK],
  ["dark", DESK],
  ["light", PHONE],
  ["dark", PHONE],
] as const)("has nothing for axe to complain of, %s, in %j", async (colorScheme, device) => {
  oneOfThreeTasksFailed();
  const opened = await open({ ...device, colorScheme });
  const { page } = opened;
  const folded = page.locator('button[aria-expanded="false"]');
  while ((await folded.count()) > 0) await folded.first().click();
  // The page's own policy lets no other script in.
  await page.evaluate(axe.source);
  const { passes, violations } = await page.evaluate<AxeResults>("axe.run()");
  const isWide = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
  await opened.close();
  expect(passes.length).toBeGreaterThan(10);
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  expect(isWide).toBe(false);
});

test("reads as well without its script", async () => {
  oneOfThreeTasksFailed();
  const opened = await open({ ...DESK, javaScriptEnabled: false });
  expect(await opened.page.getByText("subtask 9001").isVisible()).toBe(true);
  expect(await opened.page.getByText("07:12:03", { exact: true }).isVisible()).toBe(true);
  await opened.close();
});

test("shows what stands in the events as it stands there, and obeys none of it", async () => {
  place = new Place();
  const text = `</pre></script></title><script>alert(1)</script><img src="http://127.0.0.1:9/x.png" onerror='alert(2)'><style>*{display:none}</style>"><svg onload=alert(3)>`;
  const run = new Run(place.hooks).start("27/1", "27/2");
  run.add("27/1", {
    event: "task",
    task: text,
    name: text,
    status: text,
    done: 1,
    total: 2,
    ours: true,
    creator: text,
  });
  run.add("27/1", { event: "subtask", task: text, subtask: text, name: text, status: text, attempt: 1 });
  run.add("27/1", { event: "failed", what: text, details: [text, text], next: text });
  run.add("27/2", { event: "left-alone", why: text, doubt: text });
  place.wrote(String(run));
  place.holds(["27/1"]);
  const opened = await open(DESK);
  const shown = await opened.page.getByRole("main").innerText();
  await opened.close();
  expect(shown).toContain(text);
  expect(opened.complaints).toEqual([]);
  // Text alone: no more elements than the page has by itself.
  expect(readFileSync(join(place.path, "report.html"), "utf8").match(/<(img|script|style|svg onload)/g)).toEqual([
    "<style",
    "<script",
  ]);
});

test("tells of nothing to do, too", async () => {
  place = new Place();
  place.wrote("");
  const opened = await open(DESK);
  expect(await opened.page.getByText("none that has told anything").isVisible()).toBe(true);
  await opened.close();
  expect(opened.complaints).toEqual([]);
});
