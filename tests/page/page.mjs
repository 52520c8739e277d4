// The pages that `-o html` writes, driven as people do: filtered, opened by mouse and by keyboard, printed, read without
// script, in the dark and on a phone. Nothing may be fetched and nothing may go wrong on the way, the page's own policy included.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.WHOSE ?? join(root, "target/debug/whose");
const folder = mkdtempSync(join(tmpdir(), "whose-page-"));

const whose = (...args) =>
  execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 27 });

// An estate with teams, a few named services, and what findings say of them.
const estate = ["matrix", "--from", "tests/inventories/modes.json", "--catalogue", "tests/overlays/hub.yaml", "billing-hub"];
const few = ["matrix", "ec2", "rds", "s3"];
const gaps = [
  "gaps", "rds", "s3", "ec2", "ecs", "--findings", "tests/findings/asff.json", "--findings", "tests/findings/securityhub-ocsf.json",
];
const categories = ["categories"];
const controls = ["controls", "rds", "s3", "--baseline", "low"];
const questions = { estate, few, gaps };
const all = { ...questions, categories, controls };
const records = {};
const pages = {};
let browser;

before(async () => {
  for (const [name, args] of Object.entries(all)) {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, whose(...args, "-o", "html"));
    pages[name] = pathToFileURL(file).href;
    records[name] = JSON.parse(whose(...args, "-o", "json")).results;
  }
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page; `drive` uses it. What it fetches, and what goes wrong in it, fails the test. */
const open = async (name, drive, { width = 1400, scheme = "light", script = true } = {}) => {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    javaScriptEnabled: script,
  });
  const wrong = [];
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => request.url() !== pages[name] && wrong.push(`fetched ${request.url()}`));
  page.on("popup", (popup) => wrong.push(`opened ${popup.url()}`));
  await page.goto(pages[name]);
  await drive(page);
  await context.close();
  assert.deepEqual(wrong, []);
};

const label = (record) => (record.mode ? `${record.service}@${record.mode}` : record.service);
const holders = { aws: "AWS", customer: "you", shared: "both" };
const word = (record) => {
  if (record.state) return record.state;
  if (record.party === "third-party") return record.third_party.name;
  return record.party === "aws" && record.customer.length > 0 ? "AWS+" : holders[record.party];
};

/** What the matrix shows at the moment, with every layer, which a filter alone must bring: service, layer and word of every cell that can be seen. */
const shown = async (page) => {
  const every = page.locator("#every");
  if (await every.isVisible()) await every.check();
  return page.$$eval("td[data-row]", (cells) => {
    const columns = new Map([...document.querySelectorAll("[data-label]")].map((one) => [one.dataset.column, one.dataset.label]));
    return cells
      .filter((cell) => cell.firstElementChild?.checkVisibility({ visibilityProperty: true }))
      .map((cell) => {
        const mark = cell.firstElementChild;
        const layer = mark.getAttribute("href").slice(1).replace(/\.\d+$/, "");
        return [columns.get(cell.dataset.column), layer, mark.textContent].join(" ");
      });
  });
};

const expected = (name, fits) =>
  records[name].filter(fits).map((record) => [label(record), record.layer, word(record)].join(" "));

const same = (found, wanted) => assert.deepEqual(found.toSorted(), wanted.toSorted());

test("the matrix shows every answer once", async () => {
  for (const name of Object.keys(questions)) {
    await open(name, async (page) => same(await shown(page), expected(name, () => true)));
  }
});

test("what all agree on is one band, and what differs is the matrix", async () => {
  await open("few", async (page) => {
    const differing = (layer) => new Set(records.few.filter((record) => record.layer === layer).map(word)).size > 1;
    const layers = [...new Set(records.few.map((record) => record.layer))];
    const links = await page.$$eval(".band a", (all) => all.map((one) => one.hash.slice(1)));
    same(links, layers.filter((layer) => !differing(layer)));
    const rows = await page.$$eval(".down tbody tr[data-row] th a", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.hash.slice(1)));
    same(rows, layers.filter(differing));
  });
  await open("estate", async (page) => {
    // The modes of a service stand together beneath its name.
    const names = await page.$$eval("tr.service", (all) => all.map((one) => one.textContent));
    assert.ok(names.includes("eks") && names.includes("lambda"), names.join(" "));
    const modes = await page.$$eval("tr.service", (all) =>
      all.find((one) => one.textContent === "eks").parentElement.querySelectorAll("[data-label]").length,
    );
    assert.equal(modes, records.estate.filter((record) => record.service === "eks" && record.layer === "hardware").length);
  });
});

test("filters leave what fits, in the matrix and among the duties, and say how much", async () => {
  await open("estate", async (page) => {
    const rows = () => page.locator("#left").textContent();
    const counted = (fits) => {
      const fitting = records.estate.filter(fits);
      const columns = new Set(fitting.map(label)).size;
      return `${fitting.length} of ${records.estate.length} answers, ${columns} of 22 services`;
    };
    const leaves = async (fits) => {
      same(await shown(page), expected("estate", fits));
      assert.equal(await rows(), counted(fits));
    };
    assert.equal(await rows(), `${records.estate.length} answers, 22 services`);
    await page.selectOption("#by-row", { label: "Guest operating system" });
    await leaves((record) => record.layer === "guest-os");
    assert.equal(await page.locator(".band").isVisible(), false, "what is the same in all is not said of a part");
    await page.selectOption("#by-word", "you");
    await leaves((record) => record.layer === "guest-os" && record.party === "customer");
    const duties = await page.$$eval("article", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.id));
    assert.ok(duties.length > 0 && duties.every((id) => id.startsWith("guest-os.")), duties.join(" "));
    await page.click("button[type=reset]");
    await page.waitForFunction(() => document.getElementById("left").textContent.endsWith(" answers, 22 services"));
    same(await shown(page), expected("estate", () => true));

    await page.selectOption("#by-word", "*");
    await leaves((record) => record.customer.length > 0);
    await page.click("button[type=reset]");
    await page.selectOption("#by-basis", "derived");
    await leaves((record) => record.basis === "derived");
    await page.selectOption("#by-basis", "overlaid");
    await leaves((record) => record.origin === "overlay");
    await page.click("button[type=reset]");
    await page.selectOption("#by-team", "data platform");
    await leaves((record) => record.team === "data platform");
    await page.click("button[type=reset]");
    await page.fill("#by-column", "eks, s3 rds");
    await leaves((record) => /eks|s3|rds/.test(label(record)));
    const named = await page.$$eval(".of", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.textContent));
    assert.ok(named.length > 0 && named.every((text) => text.split(", ").every((one) => /eks|s3|rds/.test(one))), named.join("; "));
    await page.fill("#by-column", "nosuchservice");
    await leaves(() => false);
  });
});

test("a category says what it is, and what each side must do", async () => {
  await open("categories", async (page) => {
    const text = await page.locator("main").innerText();
    for (const { blurb, note, splits } of records.categories) {
      assert.ok(text.includes(blurb) && text.includes(note), blurb);
      for (const split of splits) for (const duty of [...split.aws, ...split.customer]) assert.ok(text.includes(duty), duty);
    }
    assert.equal(await page.locator("td .derived").count(), 0, "a default is not derived from itself");
  });
});

test("controls are filtered and opened as layers are", async () => {
  await open("controls", async (page) => {
    await page.fill("#by-column", "s3");
    const addressed = records.controls.find((record) => record.service === "s3" && record.customer.length > 0);
    const heading = page.locator(`[id="${addressed.control}"]`);
    assert.ok((await heading.innerText()).includes(addressed.customer[0]), addressed.control);
    assert.match(await page.locator("#left").textContent(), / 1 of 2 services$/);
  });
});

/** The dialog says of a cell what the program says of it. */
const answers = async (page, name, service, layer) => {
  const record = records[name].find((one) => label(one) === service && one.layer === layer);
  const dialog = page.locator("#cell");
  assert.ok(await dialog.evaluate((one) => one.open));
  const text = await dialog.innerText();
  assert.ok(text.includes(`${service} · `), text);
  assert.ok(text.includes(word(record)), text);
  for (const duty of [...(record.aws ?? []), ...(record.customer ?? [])]) assert.ok(text.includes(duty), duty);
  const links = await dialog.locator("a").evaluateAll((all) => all.map((one) => one.href));
  const sources = record.sources?.map((source) => source.url) ?? [];
  for (const url of sources) assert.ok(links.includes(new URL(url).href), url);
  assert.ok(links.every((url) => url.startsWith("https://")), links.join(" "));
  return { record, links };
};

const cell = async (page, service, layer) => {
  const every = page.locator("#every");
  if (await every.isVisible()) await every.check();
  const column = await page.locator(`[data-label="${service}"]`).first().getAttribute("data-column");
  return page.locator(`td[data-column="${column}"] a[href^="#${layer}."]`);
};

test("a cell opens its duties and sources by mouse", async () => {
  await open("estate", async (page) => {
    // An answer of its own, one that most have, one of an overlay, one of a mode.
    for (const [service, layer] of [
      ["rds", "guest-os"],
      ["ec2", "hardware"],
      ["billing-hub", "application"],
      ["eks@fargate", "platform"],
    ]) {
      await (await cell(page, service, layer)).click();
      const { links } = await answers(page, "estate", service, layer);
      assert.ok(links.length > 0);
      await page.keyboard.press("Escape");
      assert.ok(!(await page.locator("#cell").evaluate((one) => one.open)));
    }
    // Closed by its button, and by a click beside it.
    await (await cell(page, "rds", "platform")).click();
    await page.click("#cell button");
    assert.ok(!(await page.locator("#cell").evaluate((one) => one.open)));
    await (await cell(page, "rds", "platform")).click();
    await page.mouse.click(5, 5);
    assert.ok(!(await page.locator("#cell").evaluate((one) => one.open)));
  });
});

test("a cell opens by keyboard, Escape closes it, and the focus returns", async () => {
  await open("few", async (page) => {
    const link = await cell(page, "rds", "guest-os");
    await link.focus();
    await page.keyboard.press("Enter");
    await answers(page, "few", "rds", "guest-os");
    assert.ok(await page.evaluate(() => document.getElementById("cell").contains(document.activeElement)));
    await page.keyboard.press("Escape");
    assert.ok(!(await page.locator("#cell").evaluate((one) => one.open)));
    assert.ok(await link.evaluate((one) => one === document.activeElement));
    // The next cell is one step away.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.ok(await page.locator("#cell").evaluate((one) => one.open));
    // Every cell can be reached: nothing in the matrix is a link without a place to go.
    const lost = await page.$$eval('a[href^="#"]', (all) =>
      all.filter((one) => !document.getElementById(one.hash.slice(1))).map((one) => one.hash),
    );
    assert.deepEqual(lost, []);
    const ids = await page.$$eval("[id]", (all) => all.map((one) => one.id));
    assert.equal(new Set(ids).size, ids.length, "every id is there once");
  });
});

test("what is known of duties is said in words, and coloured", async () => {
  await open("gaps", async (page) => {
    const colours = {};
    for (const state of ["failing", "unseen", "partial"]) {
      const first = page.locator("td a", { hasText: new RegExp(`^${state}$`) }).first();
      assert.equal(await first.textContent(), state);
      colours[state] = await first.evaluate((one) => getComputedStyle(one).backgroundColor);
    }
    assert.notEqual(colours.failing, colours.unseen, JSON.stringify(colours));
    const legend = await page.locator(".legend").first().innerText();
    const meanings = ["failing a check failed", "unseen no check came to a verdict", "partial checks passed, but not every one of a set"];
    for (const text of meanings) assert.ok(legend.replace(/\s+/g, " ").includes(text), legend);
    assert.ok(!legend.includes("AWS"), legend);
    assert.ok((await page.locator("#filters").innerText()).includes("State"));
    assert.ok((await page.locator(".remarks").innerText()).includes("archived or closed"), "what was not counted is said");
    await page.selectOption("#by-word", "failing");
    same(await shown(page), expected("gaps", (record) => record.state === "failing"));
    await (await cell(page, "rds", "network-configuration")).click();
    const text = await page.locator("#cell").innerText();
    assert.ok(text.includes("failed: RDS.2"), text);
    assert.ok(text.includes("RDS.2 (Security Hub): failed"), text);
    assert.ok(!/\bcompliant\b/i.test(await page.locator("body").innerText()));
  });
});

test("it fits a phone and a desk, by day and by night, and can be read on both", async () => {
  for (const name of Object.keys(all)) {
    const papers = [];
    for (const scheme of ["light", "dark"]) {
      for (const width of [420, 1280]) {
        await open(
          name,
          async (page) => {
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            assert.ok(wide <= 0, `${name} ${scheme} ${width}: ${wide} too wide`);
            papers.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
            // The contrast of every kind of text with what is behind it, as WCAG counts it.
            const poor = await page.evaluate(() => {
              const channel = (value) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
              const light = (colour) => {
                const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
                return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
              };
              const behind = (one) => {
                for (let at = one; at; at = at.parentElement) {
                  const colour = getComputedStyle(at).backgroundColor;
                  if (!/, 0\)$/.test(colour)) return colour;
                }
                return "rgb(255, 255, 255)";
              };
              const kinds = [".cell", ".legend", "h1", "small", "dt", "dd", ".fact", "label", "th", "caption", "output", ".always", ".tag"];
              return kinds.flatMap((kind) =>
                [...document.querySelectorAll(kind)].slice(0, 400).flatMap((one) => {
                  const pair = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
                  const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
                  return ratio < 4.5 ? [`${kind} ${one.className} ${ratio.toFixed(2)}`] : [];
                }),
              );
            });
            assert.deepEqual([...new Set(poor)], [], `${name} ${scheme} ${width}`);
            // At a desk nothing of the matrix is cut off.
            if (width > 1000) assert.ok(await page.$eval(".scroll", (one) => one.scrollWidth <= one.clientWidth), `${name}: cut off`);
            await page.locator("td a.cell:visible").first().click();
            const box = await page.locator("#cell").boundingBox();
            assert.ok(box.x >= 0 && box.x + box.width <= width, `${name} ${scheme} ${width}: the dialog fits`);
          },
          { width, scheme },
        );
      }
    }
    assert.equal(new Set(papers).size, 2, "day and night differ");
  }
});

test("it prints whole", async () => {
  for (const name of ["few", "gaps"]) {
    await open(name, async (page) => {
      // What is filtered away is not printed; what is not, is.
      const file = join(folder, `${name}.pdf`);
      await page.pdf({ path: file, preferCSSPageSize: true });
      assert.ok(readFileSync(file).length > 20_000);
      const text = execFileSync("pdftotext", ["-layout", "-nopgbrk", file, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });
      const squeezed = (words) => words.replace(/\s+/g, "");
      // Two columns stand side by side on paper: a duty is looked for by its first words, which stand on one line.
      const beginning = (duty) => squeezed(duty.split(" ").slice(0, 4).join(" "));
      const paper = squeezed(text);
      const missing = records[name]
        .flatMap((record) => [...(record.aws ?? []), ...(record.customer ?? [])])
        .filter((duty) => !paper.includes(beginning(duty)));
      assert.deepEqual(missing, []);
      for (const record of records[name]) {
        for (const source of record.sources ?? []) assert.ok(paper.includes(squeezed(source.url).slice(0, 40)), source.url);
      }
      assert.ok(!text.includes("all layers"), "filters are not printed");
      assert.ok(paper.includes(squeezed(await page.title())));
    });
  }
});

test("paper says what filters and size leave out", async () => {
  await open("few", async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.ok(!(await page.locator("#left").isVisible()), "nothing is filtered");
    assert.ok(await page.locator("article").first().isVisible());
    await page.emulateMedia({ media: "screen" });
    await page.fill("#by-column", "s3");
    // Who asks for many services gets this by default.
    await page.uncheck("#paper");
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator("#left").innerText(), "18 of 54 answers, 1 of 3 services");
    assert.ok(!(await page.locator("article").first().isVisible()));
    assert.ok((await page.locator(".paper").innerText()).includes("not in this print"));
  });
});

test("it reads without script", async () => {
  await open(
    "estate",
    async (page) => {
      assert.ok(!(await page.locator("#filters").isVisible()));
      const hidden = await page.locator("article").evaluateAll((all) => all.filter((one) => !one.checkVisibility()).length);
      assert.equal(hidden, 0);
      const link = await cell(page, "rds", "guest-os");
      const target = (await link.getAttribute("href")).slice(1);
      await link.click();
      // The browser goes there by itself.
      const article = page.locator(`[id="${target}"]:target`);
      await article.waitFor({ state: "visible" });
      const box = await article.boundingBox();
      assert.ok(box.y > -1 && box.y < 900, JSON.stringify(box));
    },
    { script: false },
  );
});
