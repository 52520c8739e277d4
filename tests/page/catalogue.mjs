// `whose export html` in a real browser: what it shows is what the program says, it can be searched by every name, driven by
// keyboard, read by a screen reader, printed, and nothing that stands in the data becomes a part of it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = process.env.WHOSE ?? join(root, "target/debug/whose");
const folder = mkdtempSync(join(tmpdir(), "whose-catalogue-"));
const read = (file) => readFileSync(join(root, file), "utf8");
const whose = (args, input) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8", input: input ?? "", maxBuffer: 1 << 27 });
  assert.ok(status < 2, `${args.join(" ")}: ${stderr}`);
  return stdout;
};
const records = (...args) => JSON.parse(whose([...args, "-o", "json"])).results;

const EVIL = "X</title></style></script><img src=x onerror=alert(1)><b>bold</b>\"'`|.";
const evil = () => {
  const split = { party: "third-party", third_party: { name: EVIL, duties: [EVIL] }, aws: [EVIL], customer: [EVIL], note: EVIL, sources: ["page"] };
  const own = {
    name: EVIL, category: "abstracted", basis: "stated", sources: ["page"], aliases: [EVIL], former_names: [`${EVIL}2`],
    lifecycle: { stage: "ended", date: "2026-01-01", note: EVIL, sources: ["page"] }, identifiers: { terraform: ["aws_evil\"><img>"] },
    splits: { "guest-os": split }, modes: { big: { name: EVIL, splits: { platform: split } } },
  };
  const page = { title: EVIL, url: "https://example.org/?a=\"><img+src=x>", checked: "2026-01-15" };
  return JSON.stringify({ owners: { default: EVIL }, sources: { page }, services: { own } });
};

const pages = {};
let browser;
before(async () => {
  writeFileSync(join(folder, "evil.yaml"), evil());
  writeFileSync(join(folder, "estate.txt"), `rds\neks@fargate\nnosuchthing\n`);
  const made = {
    whole: ["export", "html"],
    estate: ["export", "html", "--from", "tests/inventories/modes.json", "--catalogue", "tests/overlays/hub.yaml", "billing-hub"],
    evil: ["export", "html", "own", "rds", "--catalogue", join(folder, "evil.yaml")],
  };
  for (const [name, args] of Object.entries(made)) {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, whose(args));
    pages[name] = pathToFileURL(file).href;
  }
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens an address of a page; `drive` uses it. What it fetches, and what goes wrong in it, fails the test. */
const open = async (name, hash, drive, { width = 1400, scheme = "light", script = true } = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: script });
  const wrong = [];
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("dialog", (dialog) => wrong.push(`asked ${dialog.message()}`) && dialog.dismiss());
  page.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== pages[name] && !url.startsWith("data:")) wrong.push(`fetched ${url}`);
  });
  page.on("popup", (popup) => wrong.push(`opened ${popup.url()}`));
  await page.goto(`${pages[name]}#${hash}`);
  await page.waitForSelector("h1");
  await drive(page);
  await context.close();
  assert.deepEqual(wrong, []);
};
const to = async (page, hash) => {
  await page.evaluate((hash) => {
    window.location.hash = hash;
  }, hash);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
};
const text = (page) => page.locator("main").innerText();
const squeezed = (words) => words.replace(/\s+/g, "");
/** What the search offers first for a name, without typing it letter by letter. */
const offers = (page, names) =>
  page.evaluate((names) => {
    const field = document.getElementById("name");
    return names.map((name) => {
      field.value = name;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      return [...document.querySelectorAll("#found li")].map((one) => one.dataset.href);
    });
  }, names);

const words = (record) => {
  const mine = record.customer.length > 0;
  return { aws: mine ? "AWS+" : "AWS", customer: "you", shared: "both" }[record.party] ?? record.third_party.name;
};

test("a service has every answer of the program, with duties, notes, basis, controls, sources and checks", async () => {
  await open("whole", "", async (page) => {
    for (const id of ["ec2", "rds", "s3", "rosa", "lambda", "robomaker"]) {
      await to(page, id);
      await page.click("text=Show everything");
      const shown = squeezed(await text(page));
      for (const record of records("show", id, "--long")) {
        const said = [
          ...record.aws, ...record.customer, ...record.always.map((one) => one.duty), ...(record.third_party?.duties ?? []), record.third_party?.name,
          record.note, ...record.controls, ...record.checks.map((one) => one.id), ...record.sources.map((one) => `${one.title} (${one.checked}`), words(record),
        ];
        for (const one of said.filter(Boolean)) assert.ok(shown.includes(squeezed(one)), `${id} ${record.mode} ${record.layer}: ${one}`);
      }
      await page.click("text=Fold everything");
    }
  });
});

test("each layer of a service in a mode stands beside who holds it, with basis and rule", async () => {
  await open("whole", "", async (page) => {
    for (const [id, mode] of [["eks", "fargate"], ["lambda", "container-image"], ["rosa", null], ["rds", null]]) {
      const wanted = records("show", mode ? `${id}@${mode}` : id, "--long");
      await to(page, mode ? `${id}@${mode}` : id);
      const shown = await page.$$eval("details[data-layer]", (all) =>
        all.map((one) => [one.dataset.layer, one.querySelector(".cell").textContent, one.querySelector("dl.facts dd").textContent]),
      );
      assert.equal(shown.length, 18);
      for (const record of wanted) {
        const [, word, rests] = shown.find(([layer]) => layer === record.layer);
        assert.equal(word, words(record), `${id} ${record.layer}`);
        assert.ok(rests.startsWith(record.basis), `${id} ${record.layer}: ${rests}`);
      }
    }
  });
});

test("every service of the catalogue has a view, and says first that it has ended", async () => {
  const services = records("services");
  await open("whole", "", async (page) => {
    const views = await page.evaluate(async (ids) => {
      const views = {};
      for (const id of ids) {
        window.location.hash = id;
        await new Promise((done) => window.addEventListener("hashchange", done, { once: true }));
        views[id] = [document.querySelector("h1").textContent, document.querySelectorAll("details[data-layer]").length];
      }
      return views;
    }, services.map((one) => one.service));
    for (const { service, lifecycle } of services) {
      const [title, layers] = views[service];
      assert.equal(layers, 18, service);
      assert.ok(title.endsWith(service), title);
      assert.equal(title.startsWith("ended"), lifecycle?.stage === "ended", title);
    }
  });
});

test("search finds what the program resolves, by every kind of name", async () => {
  const lines = ["arn", "cloudformation", "config", "iam", "sdk", "terraform"].flatMap((list) => read(`tests/published/${list}.txt`).trim().split("\n"));
  const names = [...new Set([...lines.filter((line) => !line.startsWith("#")).map((line) => line.split("\t")[0]),
    ...read("tests/names.tsv").trim().split("\n").filter((line) => !line.startsWith("#")).map((line) => line.split("\t")[0])])];
  assert.ok(names.length > 7000, String(names.length));
  const resolved = whose(["resolve", "-", "-o", "ndjson"], names.join("\n")).trim().split("\n").map((line) => JSON.parse(line));
  await open("whole", "", async (page) => {
    const found = await offers(page, resolved.map((record) => record.input));
    const lost = [];
    resolved.forEach((record, place) => {
      if (!["exact", "prefix"].includes(record.match) || record.kind === "control") return;
      const links = found[place].map((link) => link.slice(1).split("/")[0]);
      const first = record.services[0] + (record.mode ? `@${record.mode}` : "");
      if (links[0] !== first && !(record.services.length > 1 && record.services.includes(links[0]))) lost.push(`${record.input}: ${first}, not ${links.slice(0, 2)}`);
    });
    assert.deepEqual(lost.slice(0, 30), [], `${lost.length} of ${names.length}`);
    // What the program knows nothing of, the page takes for nothing.
    const [nothing, layer, control, pair, turned, ambiguous, slip] = await offers(page, ["qqqqqq", "patching", "ac-02", "rds os", "os rds", "arn:aws:rds:eu-west-1:123456789012:cluster:orders", "dynmaodb"]);
    assert.deepEqual(nothing, ["#/find/qqqqqq"]);
    assert.ok(layer.includes("#/layers/guest-os"), String(layer));
    assert.equal(control[0], "#/controls/AC-2");
    assert.equal(pair[0], "#rds/guest-os");
    assert.equal(turned[0], "#rds/guest-os");
    for (const id of ["rds", "aurora", "neptune", "documentdb"]) assert.ok(ambiguous.includes(`#${id}`), String(ambiguous));
    assert.equal(slip[0], "#dynamodb");
  });
});

test("a question leads to its answer, and what was recognised of it is offered", async () => {
  await open("whole", "", async (page) => {
    for (const [asked, ...wanted] of [
      ["who patches RDS?", "#rds/guest-os", "#rds/platform", "#rds"], ["who patches ec2", "#ec2/guest-os"], ["who secures s3", "#s3"], ["is rds patched by aws", "#rds/guest-os"],
      ["who patches the OS of RDS", "#rds/guest-os"], ["Is S3 encrypted?", "#s3/encryption-at-rest"], ["AWS Backup os", "#backup/guest-os"], ["eks@fargate platform?", "#eks@fargate/platform"],
      ["dynamdb os", "#dynamodb/guest-os"], ["rds ac-2", "#/controls/AC-2/rds"], ["SI-2 rds", "#/controls/SI-2/rds"], ["who patches qqqqqq", "#/layers/guest-os", "#/layers/platform"],
    ]) {
      assert.deepEqual((await offers(page, [asked]))[0].slice(0, wanted.length), wanted, asked);
    }
    for (const [asked, href, title] of [["AC", "#/controls/AC", "Access Control (AC family)"], ["si", "#/controls/SI"], ["PE", "#/controls/PE"], ["cp", "#/controls/CP"]]) {
      assert.equal((await offers(page, [asked]))[0][0], href, asked);
      if (title) assert.ok((await page.locator("#found-0").innerText()).startsWith(title), asked);
    }
    // Each of the examples is found as it is written.
    const examples = await page.$$eval(".try a", (all) => all.map((one) => [one.textContent, one.getAttribute("href")]));
    for (const [asked, href] of examples) assert.equal((await offers(page, [asked]))[0][0], href, asked);
    // What finds nothing stays in the box.
    await page.keyboard.press("/");
    await page.fill("#name", "qqqqqq");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.title.includes("qqqqqq"));
    assert.equal(await page.locator("#name").inputValue(), "qqqqqq");
    await to(page, "/find/who%20patches%20RDS%3F");
    assert.match(await text(page), /What was recognised of them/);
    assert.equal(await page.locator('main a[href="#rds/guest-os"]').count(), 1);
  });
});

test("services that have ended or are closed are a list, and a mark in it leads to its answer", async () => {
  const gone = records("services").filter((one) => one.lifecycle);
  await open("whole", "/services", async (page) => {
    const rows = () => page.$$eval(".stack tbody tr", (all) => all.filter((row) => row.checkVisibility()).map((row) => row.querySelector("th a").hash.slice(1)));
    for (const stage of ["closed", "ended", "ending"]) {
      await page.fill("main input", stage);
      const wanted = gone.filter((one) => one.lifecycle.stage === stage).map((one) => one.service);
      const shown = await rows();
      for (const id of wanted) assert.ok(shown.includes(id), `${stage}: ${id}`);
    }
    assert.match(await text(page), /counts in each of them/);
    for (const asked of ["ended", "closed"]) assert.equal((await offers(page, [asked]))[0][0], "#/services/gone", asked);
    await to(page, "/services/gone");
    assert.deepEqual((await rows()).toSorted(), gone.map((one) => one.service).toSorted());
    await page.locator("td a.cell").first().click();
    await page.waitForFunction(() => document.querySelector("details.aim"));
  });
});

test("a tab leaves the reader at the tabs", async () => {
  await open("whole", "/layers/guest-os/mine", async (page) => {
    const tab = page.locator('.tabs a[href="#/layers/guest-os/aws"]');
    await tab.scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 300);
    await page.waitForFunction(() => window.scrollY > 200);
    await tab.click();
    await page.waitForFunction(() => document.activeElement.getAttribute("href") === "#/layers/guest-os/aws");
    assert.ok((await page.evaluate(() => window.scrollY)) > 200);
  });
});

test("families have names, a list to jump by, and views of their own", async () => {
  await open("whole", "/controls/moderate", async (page) => {
    await page.click('.jump a:text-is("PE Physical and Environmental Protection")');
    await page.waitForFunction(() => document.activeElement.id === "family-PE");
    assert.ok((await page.locator("#family-PE").boundingBox()).y < 200);
    await page.click("#family-PE a");
    await page.waitForFunction(() => document.querySelector("h1").textContent === "PE Physical and Environmental Protection");
    const ids = await page.$$eval(".stack tbody th a", (links) => links.map((link) => link.textContent));
    assert.ok(ids.includes("PE-3") && ids.every((id) => id.startsWith("PE-")), ids.join(" "));
  });
});

test("a control of one service is a view of its own", async () => {
  await open("whole", "/controls/AC-2/rds", async (page) => {
    const [record] = records("controls", "rds", "--control", "AC-2");
    const rows = page.locator(".stack tbody tr");
    assert.equal(await rows.count(), 1);
    const shown = squeezed(await rows.innerText());
    for (const duty of [...record.aws, ...record.customer]) assert.ok(shown.includes(squeezed(duty)), duty);
    await to(page, "/controls/AC-2/eks");
    assert.equal(await rows.count(), records("controls", "eks", "--control", "AC-2").length);
    await to(page, "/controls/AC-2/eks@fargate");
    assert.equal(await rows.count(), 1);
    await to(page, "/controls/AC-2/nothing");
    assert.match(await text(page), /Nothing here is called/);
  });
});

test("a layer's view divides all services as the program does", async () => {
  const all = records("matrix", ...records("services").map((one) => one.service), "--layer", "os");
  await open("whole", "/layers/guest-os/mine", async (page) => {
    for (const [part, fits] of [
      ["mine", (record) => record.customer.length > 0],
      ["customer", (record) => record.party === "customer"],
      ["shared", (record) => record.party === "shared"],
      ["aws-plus", (record) => words(record) === "AWS+"],
      ["aws", (record) => words(record) === "AWS"],
      ["all", () => true],
    ]) {
      await to(page, `/layers/guest-os/${part}`);
      const shown = await page.$$eval(".stack tbody tr", (rows) => rows.map((row) => `${row.querySelector("th a").textContent} ${row.querySelector(".cell").textContent}`));
      const wanted = all.filter(fits).map((record) => `${record.service}${record.mode ? `@${record.mode}` : ""} ${words(record)}`);
      assert.deepEqual(shown.toSorted(), wanted.toSorted(), part);
    }
  });
});

test("patching lists every service and mode with a part of the customer's, once", async () => {
  const ids = records("services").map((one) => one.service);
  const mine = ["os", "platform"].flatMap((layer) => records("matrix", ...ids, "--layer", layer, "--party", "mine"));
  const wanted = new Set(mine.map((record) => `${record.service}${record.mode ? `@${record.mode}` : ""}`));
  await open("whole", "/patching", async (page) => {
    const shown = await page.$$eval(".stack tbody th a", (links) => links.map((link) => link.hash.slice(1)));
    assert.deepEqual(shown.toSorted(), [...wanted].toSorted());
    // What has ended or is closed to new customers stands last.
    for (const section of await page.$$eval(".stack tbody", (all) => all.map((one) => [...one.children].map((row) => Boolean(row.querySelector(".tag")))))) {
      assert.deepEqual(section, section.toSorted((one, other) => one - other));
    }
    await page.click('.tabs a[href="#/patching/aws-plus"]');
    await page.waitForFunction(() => document.activeElement.id === "patching-aws-plus");
  });
});

test("a control's view says of every service what the program says", async () => {
  const ids = records("services").map((one) => one.service);
  await open("whole", "", async (page) => {
    for (const id of ["AC-2", "SI-2", "PE-3", "AC-2(1)"]) {
      await to(page, `/controls/${id}`);
      const shown = await page.$$eval(".stack tbody tr", (rows) =>
        rows.map((row) => [row.querySelector("th a").textContent, row.querySelector(".cell").textContent, row.querySelector("summary")?.textContent ?? "", row.lastElementChild.textContent]),
      );
      const wanted = records("controls", ...ids, "--control", id).map((record) => [
        record.service + (record.mode ? `@${record.mode}` : ""),
        { customer: "yours", "third-party": "third party", "not-addressed": "not addressed" }[record.responsibility] ?? record.responsibility,
        record.layers.toSorted().join(", "), record.basis ?? "",
      ]);
      const sorted = shown.map(([service, word, layers, basis]) => [service, word, layers.split(", ").toSorted().join(", "), basis]);
      assert.deepEqual(sorted.toSorted(), wanted.toSorted(), id);
      // The duties of one of them.
      await page.locator(".stack summary").first().click();
      const duties = records("controls", shown[0][0], "--control", id)[0];
      const body = squeezed(await page.locator(".stack tbody tr").first().innerText());
      for (const duty of [...duties.aws, ...duties.customer]) assert.ok(body.includes(squeezed(duty)), duty);
    }
    // One that nothing bears on.
    await to(page, "/controls/PM-2");
    assert.match(await text(page), /not addressed/);
  });
});

test("the categories: one picture, both sides' duties, and what container means", async () => {
  await open("whole", "/categories", async (page) => {
    const shown = await text(page);
    for (const said of ["Security OF the cloud", "Security IN the cloud", "Not Docker."]) assert.ok(shown.includes(said), said);
    for (const record of records("categories")) {
      assert.ok(shown.includes(record.blurb) && shown.includes(record.note), record.category);
      await to(page, `/categories/${record.category}`);
      const full = squeezed(await text(page));
      for (const split of record.splits) for (const duty of [...split.aws, ...split.customer]) assert.ok(full.includes(squeezed(duty)), duty);
    }
  });
});

test("an address opens its answer, other names lead to the one that stays, and a lost one says so", async () => {
  await open("whole", "rds/guest-os", async (page) => {
    const layer = page.locator('[data-layer="guest-os"]');
    assert.ok(await layer.evaluate((one) => one.open));
    const box = await layer.boundingBox();
    const head = await page.locator("#top").boundingBox();
    assert.ok(box.y >= head.y + head.height && box.y < 300, JSON.stringify(box));
    assert.match(await page.title(), /Amazon RDS, Guest operating system/);
    const stays = await page.locator("h1").boundingBox();
    assert.ok(stays.y >= head.y + head.height && stays.y + stays.height <= box.y, "it says of which service it is");
    // What is opened is what the address says.
    const address = () => page.evaluate(() => window.location.hash);
    await page.locator('[data-layer="platform"] summary').click();
    assert.equal(await address(), "#rds/platform");
    assert.match(await page.title(), /Amazon RDS, Platform/);
    await page.locator('[data-layer="platform"] summary').click();
    assert.equal(await address(), "#rds");
    await page.locator('[data-layer="guest-os"] >> text=Link to this answer').click();
    await page.waitForFunction(() => /Link copied|address bar/.test(document.querySelector('[data-layer="guest-os"]').textContent));
    assert.equal(await address(), "#rds/guest-os");
    for (const [asked, address] of [
      ["rds/os", "#rds/guest-os"], ["Amazon%20RDS", "#rds"], ["aws_lb", "#elb"], ["AWS::S3::Bucket/tls", "#s3/encryption-in-transit"], ["eks@fargate/platform", "#eks@fargate/platform"], ["EKS Auto Mode", "#eks@auto-mode"],
    ]) {
      await to(page, asked);
      assert.equal(await page.evaluate(() => window.location.hash), address, asked);
    }
    // A mode that is gone leaves its service.
    await to(page, "eks@gone");
    assert.equal(await page.evaluate(() => window.location.hash), "#eks");
    assert.match(await text(page), /no mode @gone/);
    await to(page, "eks@fargate");
    assert.doesNotMatch(await text(page), /no mode @/);
    for (const lost of ["dynamodbb", "/layers/nothing", "/controls/ZZ-9", "/nothing", "%E0%A4%A"]) {
      await to(page, lost);
      assert.match(await text(page), /Nothing here is called/, lost);
    }
    await to(page, "dynamodbb");
    assert.match(await text(page), /Did you mean Amazon DynamoDB/);
    // Back and forth.
    await to(page, "s3");
    await to(page, "sqs");
    await page.goBack();
    await page.waitForFunction(() => document.title.startsWith("Amazon S3"));
    await page.goForward();
    await page.waitForFunction(() => document.title.startsWith("Amazon SQS"));
  });
});

test("it is driven by keyboard alone, and focus is where the reader is", async () => {
  await open("whole", "", async (page) => {
    await page.keyboard.press("/");
    assert.equal(await page.evaluate(() => document.activeElement.id), "name");
    await page.keyboard.type("aurora");
    const field = page.locator("#name");
    assert.equal(await field.getAttribute("aria-expanded"), "true");
    const active = () => field.getAttribute("aria-activedescendant");
    assert.equal(await active(), "found-0");
    await page.keyboard.press("ArrowDown");
    assert.equal(await active(), "found-1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.title.includes("Aurora"));
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    // From the heading to the first layer, which opens.
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(() => document.activeElement.tagName === "SUMMARY" && document.activeElement.parentElement.matches(".layer"))) break;
    }
    await page.keyboard.press("Enter");
    assert.ok(await page.evaluate(() => document.activeElement.parentElement.open));
    // Escape leaves the search, and an empty one goes nowhere.
    await page.keyboard.press("/");
    await page.keyboard.type("s3");
    await page.keyboard.press("Escape");
    assert.equal(await field.getAttribute("aria-expanded"), "false");
    await page.keyboard.press("Escape");
    assert.equal(await field.inputValue(), "");
    // The first stop of all is the way past the header.
    await page.evaluate(() => document.activeElement.blur());
    await page.goto(pages.whole);
    await page.waitForSelector("h1");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  });
});

test("roles and names are those that a screen reader needs", async () => {
  for (const hash of ["", "rds", "eks", "/services", "/layers", "/layers/guest-os", "/categories", "/categories/container", "/controls/moderate", "/controls/PE", "/controls/AC-2", "/controls/AC-2/rds", "/patching", "/words", "/find/kms"]) {
    await open("whole", hash, async (page) => {
      const wrong = await page.evaluate(() => {
        const said = (one) => (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).trim();
        const found = [];
        for (const one of document.querySelectorAll("a, button, input, nav, summary")) if (!said(one)) found.push(`nameless ${one.outerHTML.slice(0, 80)}`);
        for (const one of document.querySelectorAll("table")) if (one.querySelector("tbody tr") && !one.querySelector("thead th[scope=col]")) found.push("a table without heads");
        if (document.querySelectorAll("main h1").length !== 1) found.push("not one h1");
        let before = 1;
        for (const one of document.querySelectorAll("main :is(h1,h2,h3,h4)")) {
          const level = Number(one.tagName[1]);
          if (level > before + 1) found.push(`h${before} then h${level}: ${one.textContent}`);
          before = level;
        }
        const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
        if (new Set(ids).size !== ids.length) found.push("an id twice");
        return [...new Set(found)];
      });
      assert.deepEqual(wrong, [], hash);
      const tree = await page.locator("body").ariaSnapshot();
      for (const role of ["search", "banner", "navigation \"Views\"", "main", "heading", "contentinfo"]) assert.ok(tree.includes(`- ${role}`), `${hash}: ${role}`);
    });
  }
});

test("it fits every width, by day and by night, and can be read in both", async () => {
  for (const hash of ["", "rds/guest-os", "eks", "/services", "/layers/guest-os", "/categories", "/controls/AC-2", "/patching", "/words"]) {
    const papers = [];
    for (const scheme of ["light", "dark"]) {
      for (const width of [420, 900, 1600]) {
        await open("whole", hash, async (page) => {
          assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, `${hash} ${width}: too wide`);
          papers.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
          if (width === 420 || hash !== "rds/guest-os") return;
          await to(page, "rds");
        }, { width, scheme });
      }
      await open("whole", hash, async (page) => {
        const poor = await page.evaluate(() => {
          const channel = (value) => (value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4);
          const light = (colour) => {
            const [r, g, b] = colour.match(/[\d.]+/g).map(Number);
            return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
          };
          const behind = (one) => {
            for (let at = one; at; at = at.parentElement) {
              const style = getComputedStyle(at);
              if (style.backgroundImage !== "none") return style.backgroundImage.match(/rgba?\([^)]*\)/)[0];
              if (!/, 0\)$/.test(style.backgroundColor)) return style.backgroundColor;
            }
            return "rgb(255, 255, 255)";
          };
          return [...document.querySelectorAll("body *")].filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && one.checkVisibility()).slice(0, 1500).flatMap((one) => {
            const pair = [light(getComputedStyle(one).color), light(behind(one))].sort((a, b) => b - a);
            const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
            return ratio < 4.5 ? [`${one.tagName}.${one.className} ${ratio.toFixed(2)}`] : [];
          });
        });
        assert.deepEqual([...new Set(poor)], [], `${hash} ${scheme}`);
      }, { scheme });
    }
    assert.equal(new Set(papers).size, 2, "day and night differ");
  }
});

test("a service prints whole, on two pages", async () => {
  await open("whole", "", async (page) => {
    for (const id of ["rds", "s3", "ec2", "lambda@container-image", "eks@fargate"]) {
      await to(page, id);
      const file = join(folder, "print.pdf");
      await page.pdf({ path: file, preferCSSPageSize: true });
      const sheets = Number(execFileSync("pdfinfo", [file], { encoding: "utf8" }).match(/Pages:\s*(\d+)/)[1]);
      assert.ok(sheets <= 2, `${id}: ${sheets} pages`);
      const printed = execFileSync("pdftotext", [file, "-"], { encoding: "utf8" });
      const paper = squeezed(printed.replace(/-\n/g, "-"));
      // No layer's name stands alone at the foot of a sheet.
      const names = await page.$$eval("[data-layer] h3", (all) => all.map((one) => one.textContent));
      for (const sheet of printed.split("\f")) assert.ok(!names.some((name) => sheet.trim().split("\n").slice(-2).some((line) => line.startsWith(name))), `${id}: ${sheet.slice(-80)}`);
      assert.doesNotMatch(printed, /[A-Z]{2}-\d+(\(\d+\))? \d+\s+(Security|Prowler|AWS)/, `${id}: checks stand apart`);
      // What AWS does in every service is named there, and not repeated.
      const everywhere = (record) => record.rule === "every-service" && words(record) === "AWS";
      for (const record of records("show", id, "--long")) {
        if (everywhere(record)) continue;
        for (const said of [...record.aws, ...record.customer]) assert.ok(paper.includes(squeezed(said.split(" ").slice(0, 4).join(" "))), `${id}: ${said}`);
        for (const source of record.sources) assert.ok(paper.includes(squeezed(source.url).slice(8, 40)), `${id}: ${source.url}`);
      }
      assert.ok(paper.includes("Notrepeatedhere") && paper.includes("Physicalfacilities"), id);
      assert.ok(!paper.includes("Showeverything"), "no controls on paper");
    }
    // Folded again afterwards.
    assert.equal(await page.locator("details.layer[open]").count(), 0);
  });
});

test("a control prints with the addresses of its sources", async () => {
  await open("whole", "/controls/AC-2/rds", async (page) => {
    const shown = await text(page);
    for (const said of ["every duty that the catalogue has for it is AWS's", "each side has a part", "no duty in the catalogue bears on it"]) assert.ok(shown.includes(said), said);
    const file = join(folder, "control.pdf");
    await page.pdf({ path: file, preferCSSPageSize: true });
    const paper = squeezed(execFileSync("pdftotext", [file, "-"], { encoding: "utf8" }));
    for (const url of await page.$$eval("td a[href^=https]", (all) => all.map((one) => one.href))) assert.ok(paper.includes(url.slice(8, 40)), url);
  });
});

test("an estate says what it leaves out, and whose team it is", async () => {
  await open("estate", "", async (page) => {
    assert.match(await text(page), /A part of the catalogue/);
    await to(page, "billing-hub");
    const shown = await text(page);
    assert.match(shown, /from your overlay/);
    await page.click("text=Show everything");
    assert.match(await text(page), /your team: application team/);
    assert.match(await text(page), /your overlay/);
    await to(page, "rds");
    await page.locator('[data-layer="application"] summary').click();
    assert.match(await text(page), /your team: data platform/);
    await to(page, "dynamodb");
    assert.match(await text(page), /This page holds a part of the catalogue/);
    await to(page, "eks");
    assert.match(await text(page), /not in this page/);
  });
});

test("what an overlay says is text everywhere", async () => {
  await open("evil", "", async (page) => {
    for (const hash of ["", "own", "own/guest-os", "own@big", "/services", "/layers/guest-os/all", "/layers/platform", "/patching", "/controls/AC-2", `/find/${encodeURIComponent("<img")}`, `/find/onerror`, encodeURIComponent(EVIL), `/layers/${encodeURIComponent(EVIL)}`]) {
      await to(page, hash);
      const show = page.locator("text=Show everything");
      if (await show.count()) await show.click();
      const parts = await page.evaluate(() => [document.querySelectorAll("main img, main b b, main script, #found img").length, document.querySelectorAll("script").length]);
      assert.deepEqual(parts, [0, 2], hash);
    }
    await to(page, "own/guest-os");
    assert.ok((await text(page)).includes(EVIL));
    await offers(page, [EVIL, "onerror", "<img"]);
    assert.equal(await page.locator("#found img").count(), 0);
    const links = await page.$$eval("a[href]", (all) => all.map((one) => one.getAttribute("href")));
    assert.ok(links.every((link) => link.startsWith("#") || link.startsWith("https://")), links.join(" "));
    // Not even the page's own script could: nothing here may make markup or run text.
    const refused = await page.evaluate(() => {
      try {
        document.body.insertAdjacentHTML("beforeend", "<i></i>");
        return false;
      } catch {
        return true;
      }
    });
    assert.ok(refused, "trusted types hold");
  }).catch((error) => {
    // The refusal itself is said on the console; that and nothing else.
    const said = String(error.message);
    assert.ok(said.includes("TrustedHTML") && !said.includes("fetched") && !said.includes("asked"), said);
  });
});

test("without script it says what to do", async () => {
  await open("whole", "rds", async (page) => {
    const shown = await page.locator("body").innerText();
    assert.match(shown, /This page needs JavaScript/);
    assert.match(shown, /whose rds/);
  }, { script: false });
});
