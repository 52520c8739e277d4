"use strict";
(async () => {
  const at = (id) => document.getElementById(id);
  const main = at("main");

  // ---- Writing. Text becomes text nodes and attributes, never markup.

  const h = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
    return element;
  };
  const [p, h1, h2, h3, h4, tr, b, dt, dd, li, ul, code] = ["p", "h1", "h2", "h3", "h4", "tr", "b", "dt", "dd", "li", "ul", "code"].map(
    (tag) => (...children) => h(tag, null, ...children),
  );
  const joined = (parts, between = ", ") => parts.flatMap((part, place) => (place ? [between, part] : [part]));
  const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
  const outside = (url, ...text) =>
    url.startsWith("https://") ? h("a", { href: url, rel: "noreferrer noopener" }, ...text) : h("span", null, ...text);

  // ---- What the file holds.

  const unpack = async () => {
    if (!window.DecompressionStream) {
      throw new Error("This browser cannot unpack it: it is older than 2023. Open the file in a newer one.");
    }
    const packed = Uint8Array.from(atob(at("data").textContent.trim()), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  };
  main.append(h("p", { class: "busy" }, "Unpacking the catalogue …"));
  let data;
  try {
    data = await unpack();
  } catch (error) {
    main.replaceChildren(h1("The catalogue could not be unpacked"), p(String(error.message ?? error)));
    return;
  }
  const { services, answers, layers, categories, controls, families, sources, checks } = data;
  const byId = new Map(services.map((service) => [service.service, service]));
  const controlById = new Map(controls.map((control, place) => [control.control, place]));
  const layerPlace = new Map(layers.map((layer, place) => [layer.layer, place]));
  // From what is the customer's down to what is AWS's everywhere, as the program draws it.
  const drawn = ["in the cloud", "moves", "of the cloud"].flatMap((group) =>
    layers.map((layer, place) => ({ ...layer, place })).filter((layer) => layer.group === group).reverse(),
  );
  const columns = services.flatMap((service) => service.variants.map((variant) => ({ service, variant })));
  const label = ({ service, variant }) => (variant.mode ? `${service.service}@${variant.mode}` : service.service);
  const KINDS = Object.fromEntries(categories.map(({ category, kind }) => [category, kind]));
  const TOOLS = {
    name: "name", sdk: "SDK and CLI", "service-id": "SDK service id", iam: "IAM prefix", principal: "service principal", endpoint: "endpoint",
    arn: "ARN", cloudformation: "CloudFormation and Config", terraform: "Terraform", asff: "Security Hub finding", billing: "bill",
    "cost-explorer": "Cost Explorer", metric: "CloudWatch metric", event: "EventBridge", prowler: "Prowler", steampipe: "Steampipe",
    securityhub: "Security Hub control", "config-rule": "Config rule", "prowler-check": "Prowler check",
  };
  const PROVIDERS = { securityhub: "Security Hub", config: "AWS Config", prowler: "Prowler" };

  // ---- Finding names in the program's table.

  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const bare = (text) => plain(text).replace(/^(amazon|aws)(?=.)/, "");
  const tables = {};
  for (const [kind, list] of Object.entries(data.names)) tables[kind] = new Map(list.map((name) => [name.key, name]));
  const get = (kinds, key) => {
    for (const kind of kinds) {
      const name = tables[kind]?.get(key);
      if (name) return { ...name, kind };
    }
    return undefined;
  };
  /** The longest beginning of `key` that ends where `cuts` allows and stands in one of the tables. */
  const longest = (kinds, key, cuts) => {
    for (const end of [key.length, ...cuts.toReversed()]) {
      const found = get(kinds, key.slice(0, end));
      // A type may reveal a mode; another one of its family does not.
      if (found) return end === key.length ? found : { ...found, mode: null };
    }
    return undefined;
  };
  const places = (text, pattern) => [...text.matchAll(pattern)].map((match) => match.index);
  const ofArn = (service, resource) =>
    longest(["arn"], `${service}:${resource}`, places(`${service}:${resource}`, /[/:-]/g).filter((place) => place > service.length)) ??
    get(["arn", "iam"], service);
  const isRegion = (text) => /^[a-z]+(-[a-z]+)+-\d$/.test(text);
  const ofHost = (host) => {
    const labels = host.split(".");
    while (labels.length > 1 && /^(vpce|dualstack)$/.test(labels.at(-1)) | isRegion(labels.at(-1))) labels.pop();
    for (; labels.length; labels.shift()) {
      let name = labels.join(".").replace(/-fips$/, "");
      name = name.replace(/-([a-z]+(-[a-z]+)+-\d)$/, "").replace(/-website$/, "");
      const found = get(["principal", "iam", "endpoint", "sdk"], name);
      if (found) return found;
    }
    return undefined;
  };
  const ofEndpoint = (text) => {
    const labels = text.split(".");
    if (isRegion(labels[0])) labels.shift();
    else labels.push(labels.pop().replace(/-global$/, ""));
    for (; labels.length; labels.pop()) {
      const found = get(["endpoint", "iam", "sdk", "principal"], labels.join("."));
      if (found) return found;
    }
    return undefined;
  };
  const ofShape = (text) => {
    const low = text.toLowerCase();
    if (low.startsWith("arn:")) {
      const fields = low.split(":");
      return fields.length > 5 ? ofArn(fields[2], fields.slice(5).join(":")) : undefined;
    }
    if (text.includes("::")) {
      return longest(["cloudformation"], low, places(text, /::|(?<=[^A-Z:])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])/g));
    }
    const parts = low.split(".").map((part) => part.split("[")[0]);
    const types = parts.filter((part) => /^(aws|awscc)_/.test(part));
    if (types.length) {
      const type = /^(module|data)\./.test(low) && types.length > 1 && parts.at(-1) === types.at(-1) ? types.at(-2) : types.at(/^(module|data)\./.test(low) ? -1 : 0);
      if (type.startsWith("awscc_")) {
        const [, namespace, rest = ""] = type.match(/^awscc_([^_]*)_?(.*)$/);
        const words = rest.split("_");
        for (; words.length; words.pop()) {
          const found = get(["cloudformation"], `aws::${namespace}::${words.join("")}`);
          if (found) return found;
        }
        return get(["cloudformation"], `aws::${namespace}`);
      }
      return longest(["terraform", "steampipe"], type, places(type, /_/g).filter((place) => place > 3));
    }
    const host = low.replace(/^https:\/\//, "").split(/[/:]/)[0].match(/^(.+)(\.amazonaws\.com|\.amazonaws\.com\.cn|\.api\.aws)$/);
    if (host) return ofHost(host[1]);
    const endpoint = low.replace(/^cn\./, "").match(/^com\.amazonaws\.(.+)$/);
    if (endpoint) return ofEndpoint(endpoint[1]);
    const private_ = low.match(/^aws\.([^.]+)\.([^.]+)/);
    if (private_ && isRegion(private_[2])) return ofEndpoint(private_[1]);
    if (/^\/?aws\//.test(low)) return get(["metric"], low);
    if (low.startsWith("aws.")) return get(["event"], low) ?? get(["iam"], low.slice(4));
    const action = text.match(/^([A-Za-z0-9-]+):(\S+)$/);
    if (action) return /^[a-z]/.test(action[2]) ? ofArn(action[1].toLowerCase(), action[2].toLowerCase()) : get(["iam"], action[1].toLowerCase());
    return undefined;
  };
  /** What a whole text names: services (in a mode), with how it was found; or the reason why it names none. */
  const resolve = (input) => {
    const text = input.trim();
    if (!text || text.length > 2048) return undefined;
    const modal = text.match(/^(.+)@([^@]+)$/);
    if (modal) {
      const found = resolve(modal[1]);
      const service = found?.services.length === 1 && services[found.services[0]];
      const mode = service && service.variants.find((variant) => variant.mode === modal[2].trim().toLowerCase())?.mode;
      if (mode) return { ...found, mode };
    }
    const typed = /^arn:|::|(^|\.)(aws|awscc)_/i.test(text);
    return (
      ofShape(text) ??
      (typed
        ? undefined
        : (get(["name"], plain(text)) ?? get(["name"], bare(text)) ?? get(["endpoint", "metric", "asff", "securityhub", "config-rule", "prowler-check"], text.toLowerCase())))
    );
  };
  const layerWords = new Map();
  for (const layer of layers) {
    for (const word of [layer.short, ...layer.aliases, layer.name, layer.layer]) layerWords.set(plain(word), layer);
  }
  const findLayer = (word) => layerWords.get(plain(word));
  // Of a question only: patched and patches are patching.
  const stem = (word) => plain(word).replace(/(e?s|ing|ed|ions?)$/, "");
  const layerStems = new Map([...layerWords].filter(([word]) => word.length > 4).map(([word, layer]) => [stem(word), layer]));
  const findControl = (text) => {
    const [, family, number, enhancement] = text.trim().match(/^([a-z]{2})[\s_-]*0*(\d+)\s*(?:[(.]\s*0*(\d+)\s*\)?)?$/i) ?? [];
    const id = family && `${family.toUpperCase()}-${number}${enhancement ? `(${enhancement})` : ""}`;
    return controlById.has(id) ? controls[controlById.get(id)] : undefined;
  };
  /** How many slips lie between two words; more than `most` is just more. */
  const slips = (one, other, most) => {
    if (Math.abs(one.length - other.length) > most) return most + 1;
    let [before, row] = [[], Array.from({ length: other.length + 1 }, (_, place) => place)];
    for (let i = 1; i <= one.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= other.length; j += 1) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      [before, row] = [row, next];
    }
    return row[other.length];
  };
  const called = services.map((service) => ({
    service,
    names: [service.service, service.short, service.name, ...service.aliases.map((one) => one.name), ...service.former.map((one) => one.name)].map((name) => ({ name, plain: bare(name) })),
    identifiers: Object.entries(service.identifiers).flatMap(([kind, list]) => list.map((name) => ({ kind, name, low: name.toLowerCase() }))),
  }));
  const nearest = (text) => {
    const wanted = bare(text);
    const most = wanted.length <= 4 ? 1 : 2;
    if (wanted.length < 2) return [];
    return called
      .map(({ service, names }) => ({ service, far: Math.min(...names.map((name) => slips(wanted, name.plain, most))) }))
      .filter(({ far }) => far <= most)
      .sort((one, other) => one.far - other.far)
      .slice(0, 3)
      .map(({ service }) => service);
  };

  /** Words that a question has around what it is about. */
  const ASIDE = new Set(
    ("a am an and any are as at be by can do does for from handle handles has have how i in is it its make makes manage managed manages me mine must my need needs " +
      "of on or our ours own owns protect protects responsible run runs secure secured secures should take takes that the their them there these they this to up us use using " +
      "was we what when where which who whom whose why will with you your yours aws amazon").split(" "),
  );
  const PATCHED = ["guest-os", "platform"].map((id) => layerPlace.get(id));
  /** What runs of a question's words name: services, layers and controls, what has more words first. */
  const understood = (words) => {
    const parts = { services: [], layers: [], controls: [] };
    const isAside = (word) => ASIDE.has(word.toLowerCase());
    for (let length = Math.min(words.length, 8); length > 0; length -= 1) {
      for (let from = 0; from + length <= words.length; from += 1) {
        const own = words.slice(from, from + length);
        // Only a service's name begins with one of these.
        const begins = /^(aws|amazon)$/i.test(own[0]) && length > 1;
        if ((isAside(own[0]) && !begins) || isAside(own.at(-1))) continue;
        const text = own.join(" ");
        const add = (list, ...ones) => {
          if (!list.some((other) => other.from <= from && from + length <= other.to)) list.push(...ones.map((one) => ({ ...one, text, from, to: from + length })));
        };
        const [found, layer, control] = [resolve(text), findLayer(text) ?? (length === 1 && layerStems.get(stem(text))), findControl(text)];
        if (found?.services.length && !found.layers) add(parts.services, { found });
        // Two layers are patched, as the view of patching says.
        if (length === 1 && /^(patch|updat|upgrad)/i.test(text)) add(parts.layers, ...PATCHED.map((place) => ({ layer: layers[place] })));
        else if (layer) add(parts.layers, { layer });
        if (control) add(parts.controls, { control });
      }
    }
    return parts;
  };

  // ---- What search offers: a list of { href, title, about }.

  const ended = (one) => one.lifecycle?.stage === "ended";
  const ofFound = (found, input) => {
    const how = TOOLS[found.kind] ?? found.kind;
    return found.services.map((place, number) => {
      const service = services[place];
      const layer = found.layers?.[number];
      const id = found.mode ? `${service.service}@${found.mode}` : service.service;
      const same = [service.service, service.short, service.name].some((name) => plain(name) === plain(input));
      const about = layer
        ? `${how} ${input.trim()}: proves a part of your duties there`
        : [service.name !== service.short && service.name, !same && `found as ${how}: ${found.key}`, found.reason && `or another: ${found.reason}`]
            .filter(Boolean).join(" · ");
      return { href: `#${id}${layer ? `/${layer}` : ""}`, title: `${service.short} (${id})${layer ? ` · ${layers[layerPlace.get(layer)].name}` : ""}`, about, ended: ended(service) };
    });
  };
  const ofLayer = (layer) => ({ href: `#/layers/${layer.layer}`, title: layer.name, about: "layer, across all services" });
  const ofControl = (control) => ({ href: `#/controls/${control.control}`, title: `${control.control} ${control.title}`, about: "NIST SP 800-53 control" });
  const findFamily = (text) => families.find(({ family }) => family === text.trim().toUpperCase());
  const ofFamily = ({ family, name }) => ({ href: `#/controls/${family}`, title: `${name} (${family} family)`, about: "NIST SP 800-53 controls" });
  const GONE = new Set(["ended", "ending", "closed", "retired", "deprecated", "discontinued", "end of life", "eol", "end of support", "sunset"]);
  const search = (input) => {
    const text = input.trim();
    if (!text) return [];
    const list = [];
    const add = (...found) => {
      for (const one of found) if (!list.some((other) => other.href === one.href)) list.push(one);
    };
    const control = findControl(text);
    const found = resolve(text);
    if (found) add(...ofFound(found, text));
    const family = findFamily(text);
    if (family) add(ofFamily(family));
    if (control) add(ofControl(control));
    if (GONE.has(text.toLowerCase())) add({ href: "#/services/gone", title: "Services that have ended, are ending, or are closed to new customers", about: "" });
    const layer = findLayer(text);
    if (layer) add(ofLayer(layer));
    // What a question is about: a service with a layer or a control; else whatever of it was recognised.
    const words = text.split(/[\s,;]+/).map((word) => word.replace(/^["'“‘(]+(?=.)|(?<=.)["'”’?!.:]+$/g, "")).filter(Boolean);
    if (words.length > 1) {
      const parts = understood(words);
      const things = [
        ...parts.layers.map((one) => ({ ...one, end: one.layer.layer, title: one.layer.name })),
        ...parts.controls.map((one) => ({ ...one, end: one.control.control, title: one.control.control })),
      ];
      const apart = (one, other) => one.to <= other.from || other.to <= one.from;
      const pairs = parts.services.flatMap((named) => things.filter((thing) => apart(named, thing)).map((thing) => ({ named, thing })));
      const told = ({ named, thing }) => named.to - named.from + thing.to - thing.from;
      const cell = (href, thing) => (thing.control ? `#/controls/${thing.end}/${href.slice(1)}` : `${href}/${thing.end}`);
      for (const { named, thing } of pairs.sort((one, other) => told(other) - told(one)).slice(0, 4)) {
        add(...ofFound(named.found, named.text).map((one) => ({ ...one, href: cell(one.href, thing), title: `${one.title} · ${thing.title}` })));
      }
      // A slip in the service's name.
      if (!parts.services.length && things.length) {
        for (const [place, word] of words.entries()) {
          if (word.length < 4 || ASIDE.has(word.toLowerCase()) || things.some((thing) => thing.from <= place && place < thing.to)) continue;
          for (const service of nearest(word)) add({ href: cell(`#${service.service}`, things[0]), title: `Did you mean ${service.short} (${service.service}) · ${things[0].title}?`, about: service.name });
        }
      }
      if (!found) {
        for (const one of parts.services) add(...ofFound(one.found, one.text));
        for (const one of parts.layers) add(ofLayer(one.layer));
        for (const one of parts.controls) add(ofControl(one.control));
      }
    }
    const short = bare(text);
    const low = text.toLowerCase();
    const ranked = [];
    if (short.length > 1 || !found) {
      for (const { service, names, identifiers } of called) {
        let best;
        const rate = (rank, name, kind) => {
          if (!best || rank < best.rank) best = { rank, name, kind };
        };
        for (const name of names) {
          if (name.plain.startsWith(short)) rate(name.plain === short ? 0 : 1, name.name);
          else if (short.length > 2 && name.plain.includes(short)) rate(2, name.name);
        }
        if (low.length > 2) for (const { kind, name, low: known } of identifiers) if (known.includes(low)) rate(known.startsWith(low) ? 3 : 4, name, kind);
        if (best) ranked.push({ ...best, service });
        for (const { mode, name } of service.variants) {
          if (mode && short.length > 2 && (bare(name).includes(short) || mode.replaceAll("-", "").startsWith(short))) ranked.push({ rank: 2.5, service, mode, name });
        }
      }
    }
    ranked.sort((one, other) => one.rank - other.rank || ended(one.service) - ended(other.service) || one.service.short.length - other.service.short.length);
    for (const { service, mode, name, kind } of ranked.slice(0, 9)) {
      const id = mode ? `${service.service}@${mode}` : service.service;
      const other = ![service.service, service.short, service.name].includes(name);
      add({
        href: `#${id}`, title: `${service.short} (${id})`, ended: ended(service),
        about: [service.name !== service.short && service.name, (mode || other) && (kind ? `${TOOLS[kind] ?? kind}: ${name}` : name)].filter(Boolean).join(" · "),
      });
    }
    if (short.length > 2) {
      for (const one of layers) {
        if ([one.name, ...one.aliases].some((name) => plain(name).startsWith(short))) add(ofLayer(one));
      }
      for (const one of categories) {
        if (one.category.startsWith(short)) add({ href: `#/categories/${one.category}`, title: one.name, about: one.category === "container" ? "category; not Docker" : "category" });
      }
      add(...families.filter(({ name }) => plain(name).includes(plain(text))).map(ofFamily));
      const titled = controls.filter((one) => one.variants.length && (one.title.toLowerCase().includes(low) || one.control.toLowerCase().startsWith(low)));
      add(...titled.slice(0, 4).map(ofControl));
    }
    if (!list.length && found?.reason) add({ href: "#/words", title: `${text} is no AWS service`, about: found.reason });
    if (!list.length) {
      for (const service of nearest(text)) add({ href: `#${service.service}`, title: `Did you mean ${service.short} (${service.service})?`, about: service.name });
    }
    if (text.length > 2) list.push({ href: `#/find/${encodeURIComponent(text)}`, title: `Search every duty and note for “${text}”`, about: "" });
    return list;
  };

  // ---- Pieces of a view.

  const chip = (answer, href) =>
    h(href ? "a" : "span", { class: `cell ${answer.word === "AWS+" ? "aws plus" : answer.party}`, title: HOLDS(answer), href }, answer.word);
  const HOLDS = (answer) =>
    ({
      aws: answer.mine ? "AWS holds it, and leaves a part to you." : "AWS holds it, and leaves nothing of it to you.",
      customer: "You hold it.",
      shared: "Both must act.",
      "third-party": `${answer.third_party} holds it${answer.mine ? ", and leaves a part to you" : ""}.`,
    })[answer.party];
  const SHARING = {
    dependent: "Dependent: AWS's half takes effect only when you act.",
    independent: "Independent: each side acts alone.",
  };
  const chips = (list, href) => {
    const seen = new Map(list.map((answer) => [answer.word, answer]));
    return [...seen.values()].map((answer) => chip(answer, href));
  };
  const responsibility = (place) =>
    h("span", { class: `cell ${data.responsibilities[place].id}` }, data.responsibilities[place].word);
  const legend = () =>
    h("ul", { class: "legend", "aria-label": "What the words mean" },
      li(h("span", { class: "cell aws" }, "AWS"), " AWS secures it"),
      li(h("span", { class: "cell aws plus" }, "AWS+"), " AWS does, and leaves a part to you"),
      li(h("span", { class: "cell customer" }, "you"), " you do"),
      li(h("span", { class: "cell shared" }, "both"), " both must act"),
      answers.some((answer) => answer.party === "third-party") && li(h("span", { class: "cell third-party" }, "name"), " that third party does"),
    );
  const serviceLink = ({ service, variant }, layer) =>
    h("a", { href: `#${label({ service, variant })}${layer ? `/${layer}` : ""}` }, label({ service, variant }));
  const nameLink = (column) => h("a", { href: `#${label(column)}` }, column.service.short, column.variant.mode && ` @${column.variant.mode}`);
  const endedTag = ({ service, variant }) => {
    const lifecycle = variant?.lifecycle ?? service.lifecycle;
    return lifecycle && [h("span", { class: `tag ${lifecycle.stage}`, title: lifecycle.sentence }, { ended: "ended", ending: "ending", closed: "closed to new customers" }[lifecycle.stage]), " "];
  };
  const controlLink = (place) => h("a", { href: `#/controls/${controls[place].control}`, title: controls[place].title }, controls[place].control);
  const sourceLink = (place) => {
    const { title, url, checked, old } = sources[place];
    return [outside(url, title), " ", h("span", { class: "faint" }, `(${checked}${old ? ", old" : ""})`)];
  };
  const layerLink = (layer, id) => h("a", { href: id ? `#${id}/${layer.layer}` : `#/layers/${layer.layer}` }, layer.name);
  const list = (texts) => ul(texts.map((text) => li(text)));
  const tabs = (name, options) =>
    h("nav", { class: "tabs", "aria-label": name },
      options.map(({ href, text, number, on }) => h("a", { href, "aria-current": on && "true" }, text, number !== undefined && h("small", null, ` ${number}`))));
  const table = (attributes, head, rows) =>
    h("div", { class: "scroll" },
      h("table", attributes, h("thead", null, tr(head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", null, rows)));

  /** Numbers for the sources of what is on paper. */
  const numbered = () => {
    const order = [];
    return { order, of: (place) => (order.includes(place) ? order.indexOf(place) + 1 : order.push(place)) };
  };

  const RULES = {
    mode: () => "this mode's own split",
    service: () => "this service's own split",
    category: (category) => `the default of ${category} services`,
    "every-service": () => "what holds for every service",
  };
  const BASES = { stated: "stated: a page says so about this service", derived: "derived: no page says so about this service alone" };
  const sides = (answer) => {
    const of = (side) => answer.duties.filter((duty) => duty.side === side);
    const [yours, aws, third] = [of("customer"), of("aws"), of("third-party")];
    const team = yours[0] && yours[0].who !== "you" && yours[0].who;
    return h("div", { class: "sides" },
      yours.length > 0 && h("section", null, h4(team ? `You must (your team: ${team})` : "You must"), list(yours.map((duty) => duty.text))),
      aws.length > 0 && h("section", null, h4("AWS must"), list(aws.map((duty) => duty.text))),
      third.length > 0 && h("section", null, h4(`${answer.third_party} must`), list(third.map((duty) => duty.text))),
    );
  };
  /** The checks that prove a part of the customer's duties, by who publishes them. */
  const proofs = (answer) => Object.entries(Object.groupBy(answer.checks.map((place) => checks[place]), ({ kind }) => PROVIDERS[kind] ?? kind));
  const facts = (answer, category, paper) =>
    h("dl", { class: "facts" },
      h("dt", { class: "screen" }, "Rests on"), dd(BASES[answer.basis].split(":")[0], h("span", { class: "screen" }, `:${BASES[answer.basis].split(":")[1]}`), `; ${RULES[answer.rule](category)}. `, paper && h("span", { class: "paper" }, `[${answer.sources.map(paper.of).join(", ")}]`)),
      answer.overlaid && [dt("Origin "), dd("your overlay")],
      answer.controls.length > 0 && [h("dt", { class: "screen" }, "NIST 800-53"), dd(joined(answer.controls.map(controlLink)))],
      proofs(answer).map(([provider, own]) => [h("dt", { class: "screen" }, provider), dd(h("span", { class: "screen" }, joined(own.map(({ id, url }) => outside(url, id)))), h("span", { class: "paper" }, count(own.length, `${provider} check`)))]),
      h("dt", { class: "screen" }, "Sources"), h("dd", { class: "screen" }, ul(answer.sources.map((place) => li(sourceLink(place))))),
    );
  const answerBlock = (answer, category, modes, service, paper) =>
    h("div", { class: "answer" },
      modes && p("In ", joined(modes.map((variant) => h("a", { href: `#${service.service}@${variant.mode}` }, `@${variant.mode}`))), ":"),
      p(h("span", { class: "screen" }, chip(answer), " ", HOLDS(answer)), modes && h("span", { class: "paper" }, chip(answer)), answer.sharing && ` ${SHARING[answer.sharing]}`),
      sides(answer),
      answer.note && h("p", { class: "note" }, b("Note "), answer.note),
      facts(answer, category, paper),
    );
  const alwaysBlock = (layer, paperless) =>
    layer.always.length > 0 &&
    h("div", { class: `always${paperless ? " screen" : ""}` },
      h4("Always, whatever a service says"),
      ul(layer.always.map((duty) => li(b(duty.who === "AWS" ? "AWS: " : "you: "), duty.text))),
      p("Sources: ", joined(layer.sources.map(sourceLink), "; ")),
    );

  // ---- Views. Each gives a title and what stands in the page.

  const model = () => {
    let group;
    return h("div", { class: "scroll" }, h("table", { class: "model" },
      h("caption", null, "Who holds each layer, before a service says otherwise."),
      h("thead", null, tr(h("th", { scope: "col" }, "Layer"),
        categories.map((one) => h("th", { scope: "col" }, h("a", { href: `#/categories/${one.category}` }, one.category))))),
      h("tbody", null, drawn.map((layer) => [
        group !== layer.title && h("tr", { class: "group" }, h("th", { colspan: 4, scope: "colgroup" }, (group = layer.title))),
        tr(h("th", { scope: "row" }, layerLink(layer)), categories.map((one) => h("td", null, chip(answers[one.answers[layer.place]])))),
      ])),
    ));
  };
  const EXAMPLES = { infrastructure: "ec2", container: "rds", abstracted: "s3" };
  /** The categories in words. */
  const courses = (level) =>
    categories.map((one) => {
      const own = services.filter((service) => service.variants.some((variant) => variant.category === one.category));
      const example = byId.get(EXAMPLES[one.category]);
      return h("section", { class: "course" },
        h(level, null, h("a", { href: `#/categories/${one.category}` }, one.name), example && [", such as ", h("a", { href: `#${example.service}` }, example.short)]),
        p(one.blurb), h("p", { class: one.category === "container" && "note" }, one.note),
        h("p", { class: "small" }, h("a", { href: `#/categories/${one.category}` }, "Both sides' duties"), " · ", h("a", { href: `#/services/${one.category}` }, count(own.length, "service"))));
    });
  const remarks = () =>
    data.remarks && h("details", { class: "banner own more", open: true },
      h("summary", null, `A part of the catalogue: ${count(columns.length, "service")} and modes that were named or found in an inventory`),
      ul(data.remarks.map((line) => li(line.trim()))));

  const home = () => ({
    title: "whose: who secures what on AWS",
    body: [
      h1("Who secures this, AWS or you?"),
      h("p", { class: "lead" }, `Type a service by any name above: ${services.length} services of AWS, ${layers.length} layers each, what each side must do, and the page that says so.`),
      h("p", { class: "try" }, "For example ",
        [["rds", "#rds"], ["lambda", "#lambda"], ["eks@fargate", "#eks@fargate"], ["who patches RDS?", "#rds/guest-os"], ["AC-2", "#/controls/AC-2"]]
          .filter(([, href]) => href.startsWith("#/") || byId.has(href.slice(1).split(/[@/]/)[0]))
          .map(([text, href]) => [h("a", { href }, text), " "])),
      remarks(),
      h("ul", { class: "cards" },
        li(h2(h("a", { href: "#/patching" }, "What you must patch")), p("Across all services: guest operating systems and platforms that leave you a part.")),
        li(h2(h("a", { href: "#/services" }, "All services")), p("Who holds the layers that move, service by service.")),
        li(h2(h("a", { href: "#/controls" }, "NIST SP 800-53")), p("Who answers for each control: inherited, shared, or yours.")),
        li(h2(h("a", { href: "#/words" }, "How to read it")), p("What AWS+, stated and derived mean, and what this page does not say.")),
      ),
      h2("The model in one picture"),
      legend(),
      h("div", { class: "beside" }, model(), h("div", null, courses("h3"))),
    ],
  });

  const categoriesView = () => ({
    title: "The three categories",
    body: [
      h1("The three categories"),
      h("p", { class: "lead" }, "AWS secures the cloud itself; you secure what you put into it. Where the line between the two runs follows from the kind of service. A service says more than its category, and a mode more than its service."),
      legend(),
      h("div", { class: "beside" }, model(), h("div", null, courses("h2"))),
    ],
  });
  const categoryView = (one) => ({
    title: one.name,
    body: [
      h("p", { class: "crumbs small" }, h("a", { href: "#/categories" }, "Categories"), " ›"),
      h1(one.name),
      h("p", { class: "lead" }, one.blurb),
      h("p", { class: "note" }, one.note),
      h("p", { class: "small" }, "Sources: ", joined(one.sources.map(sourceLink), "; ")),
      p(h("a", { href: `#/services/${one.category}` }, "Its services"), " · ", h("a", { href: "#/categories" }, "Beside the other two")),
      h2("What each side must do, before a service says otherwise"),
      legend(),
      ...["in the cloud", "moves", "of the cloud"].map((group) => {
        const own = drawn.filter((layer) => layer.group === group);
        const texts = (answer, layer, side) => list([
          ...answer.duties.filter((duty) => duty.side === side).map((duty) => duty.text),
          ...layer.always.filter((duty) => duty.side === side).map((duty) => [h("span", { class: "faint" }, "always: "), duty.text]),
        ]);
        return [h3(own[0].title), table({ class: "wide stack duties" }, ["Layer", "You must", "AWS must"], own.map((layer) => {
          const answer = answers[one.answers[layer.place]];
          return tr(h("th", { scope: "row" }, chip(answer), " ", layerLink(layer)), h("td", { "data-label": "you must" }, texts(answer, layer, "customer")), h("td", { "data-label": "AWS must" }, texts(answer, layer, "aws"), answer.note && h("p", { class: "note small" }, answer.note)));
        }))];
      }),
      h("details", { class: "more" }, h("summary", null, "Sources"), h("ol", { class: "numbered" }, [...new Set(one.answers.flatMap((place) => answers[place].sources))].map((place) => li(sourceLink(place))))),
    ],
  });

  /** The same view under another address. */
  const stay = (address) => {
    history.replaceState(null, "", `#${address}`);
    shown = address;
    document.title = titled(route(address));
  };
  const copyLink = async (event) => {
    event.preventDefault();
    const link = event.currentTarget;
    stay(link.hash.slice(1));
    try {
      await navigator.clipboard.writeText(link.href);
      link.textContent = "Link copied";
    } catch {
      link.textContent = "The link is in the address bar";
    }
    at("said").textContent = link.textContent;
  };
  /** The layers of something, group by group; what is plainly AWS's folds into one line. */
  const sheet = (rows, { service, open, aim, paper }) => {
    const one = (layer, groups) => {
      const first = groups[0].answer;
      const several = groups.length > 1;
      const general = groups.every((group) => isEverywhere(group.answer));
      return h("details", { class: `layer${aim === layer.layer ? " aim" : ""}${general ? " screen" : ""}`, open: open || aim === layer.layer, "data-layer": layer.layer },
        // The address says what was opened last.
        h("summary", { onclick: (event) => stay(event.currentTarget.parentElement.open ? service.asked : `${service.asked}/${layer.layer}`) }, h3(layer.name), h("span", null, joined(chips(groups.map((group) => group.answer)), " ")),
          h("span", { class: "first" }, several && `@${groups[0].variants[0].mode}: `, first.first)),
        h("div", { class: "inner" },
          groups.map(({ answer, variants }) => answerBlock(answer, variants[0].category, several && variants, service, general ? undefined : paper)),
          alwaysBlock(layer, true),
          h("p", { class: "small screen" }, h("a", { href: `#${service.asked}/${layer.layer}`, onclick: copyLink }, "Link to this answer"), " · ", h("a", { href: `#/layers/${layer.layer}` }, "This layer in all services"))));
    };
    const parts = [];
    const alone = [];
    let title;
    let part;
    for (const { layer, groups } of rows) {
      if (groups.every((group) => group.answer.word === "AWS")) {
        alone.push({ layer, groups });
        continue;
      }
      if (title !== layer.title) parts.push((part = h("section", { class: "group" }, h2((title = layer.title)))));
      part.append(one(layer, groups));
    }
    const names = alone.map(({ layer }) => layer.name).join(", ");
    const within = alone.some(({ layer }) => layer.layer === aim);
    if (alone.length) {
      parts.push(h("section", { class: "group" }, h2("AWS alone"),
        h("details", { class: "layer", open: open || within }, h("summary", { class: "screen" }, h3(count(alone.length, "layer")), h("span", null, chip(alone[0].groups[0].answer)), h("span", { class: "first" }, names)),
          h("p", { class: "paper" }, everywhere(alone, rows)),
          h("div", { class: "inner" }, alone.map(({ layer, groups }) => one(layer, groups))))));
    }
    return h("div", { class: "sheet" }, parts);
  };
  /** What AWS does in every service alike. */
  const isEverywhere = (answer) => answer.word === "AWS" && answer.rule === "every-service";
  /** What is the same in every service is named on paper, not repeated. */
  const everywhere = (alone, rows) => {
    const same = alone.filter(({ groups }) => groups.every((group) => isEverywhere(group.answer))).map(({ layer }) => layer.name);
    const always = rows.reduce((sum, { layer }) => sum + layer.always.length, 0);
    return `Not repeated here, because it is the same in every service: ${same.length ? `what AWS does in ${same.join(", ")}; and ` : ""}${always} duties of both sides that hold whatever a service says. The page on the screen has them, under each layer.`;
  };
  const grouped = (service, variants) =>
    drawn.map((layer) => {
      const groups = new Map();
      for (const variant of variants) {
        const place = variant.answers[layer.place];
        if (!groups.has(place)) groups.set(place, { answer: answers[place], variants: [] });
        groups.get(place).variants.push(variant);
      }
      return { layer, groups: [...groups.values()] };
    });
  const words = (groups) => new Set(groups.map((group) => group.answer.word));

  let everything = false;
  /** `lost` is a mode that was asked for, and that the service does not have. */
  const serviceView = (service, mode, aim, lost) => {
    const variants = mode ? service.variants.filter((variant) => variant.mode === mode) : service.variants;
    const asked = mode ? `${service.service}@${mode}` : service.service;
    const rows = grouped(service, variants);
    const every = rows.flatMap(({ groups }) => groups.map((group) => group.answer));
    const yours = new Set(every.flatMap((answer) => answer.duties.filter((duty) => duty.side === "customer").map((duty) => duty.text)));
    const isOwn = (answer) => ["mode", "service"].includes(answer.rule);
    const hasOwn = every.some(isOwn);
    const read = every.filter((answer) => !hasOwn || isOwn(answer)).flatMap((answer) => answer.sources).map((place) => sources[place]).sort((one, other) => (one.checked < other.checked ? -1 : 1));
    const month = (source) => source.checked.slice(0, 7) + (source.old ? " (old)" : "");
    const lifecycle = (mode && variants[0].lifecycle) || service.lifecycle;
    const mixed = new Set(variants.map((variant) => variant.category)).size > 1;
    const differing = rows.filter(({ groups }) => words(groups).size > 1);
    const parts = services.filter((other) => other.part_of === service.service);
    const resources = variants.reduce((sum, variant) => sum + (variant.resources ?? 0), 0);
    const identifiers = Object.entries(service.identifiers);
    const paper = numbered();
    const body = sheet(rows, { service: { ...service, asked }, open: everything, aim, paper });
    const named = (names) => names.map(({ name, lifecycle: end }) => [name, end && ` (${end.sentence})`]);
    const toggle = h("button", { type: "button", "aria-pressed": String(everything), onclick: () => {
      everything = !everything;
      for (const one of body.querySelectorAll("details")) one.open = everything;
      toggle.setAttribute("aria-pressed", String(everything));
      toggle.textContent = everything ? "Fold everything" : "Show everything";
    } }, everything ? "Fold everything" : "Show everything");
    return {
      title: `${service.short}${mode ? ` @${mode}` : ""}${aim ? `, ${layers[layerPlace.get(aim)].name}` : ""}: who secures it`,
      body: [
        h("p", { class: "crumbs small" }, h("a", { href: "#/services" }, "Services"), " › ", h("a", { href: `#/services/${service.category}` }, service.category), service.part_of && byId.has(service.part_of) && [" › part of ", h("a", { href: `#${service.part_of}` }, byId.get(service.part_of).short)]),
        h("h1", { class: "stays" }, endedTag({ service, variant: mode && variants[0] }), service.short, " ", h("code", { class: "small" }, asked)),
        lost && h("p", { class: "banner", role: "note" }, b(`${service.short} has no mode @${lost} here. `), service.variants.length > 1 ? "Every mode is shown." : "It has no modes: this is what holds for it as a whole."),
        service.name !== service.short && h("p", { class: "faint" }, service.name),
        lifecycle && h("div", { class: `banner ${lifecycle.stage}`, role: "note" }, p(b(lifecycle.sentence), lifecycle.note && ` ${lifecycle.note}`),
          h("p", { class: "small" }, "Sources: ", joined(lifecycle.sources.map(sourceLink), "; "))),
        service.origin && h("p", { class: "banner own" }, b(service.origin), " Each of them says so."),
        h("p", { class: "lead" }, mode && b(`${variants[0].name}. `),
          mixed ? "The category depends on the mode." : [h("a", { href: `#/categories/${variants[0].category}` }, KINDS[variants[0].category].split(":")[0]), `:${KINDS[variants[0].category].split(":")[1]}`],
          service.basis === "derived" && !mixed && h("span", { class: "faint" }, " No page puts it into this category; it follows from a rule.")),
        h("p", { class: "small" }, `${yours.size} ${yours.size === 1 ? "duty is" : "duties are"} yours. `,
          every.some((answer) => answer.word === "AWS+") && "AWS+ leaves a part to you. ",
          read.length > 0 && (month(read[0]) === month(read.at(-1)) ? `Text of ${month(read[0])}. ` : `Text of ${month(read[0])} to ${month(read.at(-1))}. `),
          service.reviewed ? `Read as a whole against AWS's pages on ${service.reviewed}. ` : "Not yet read as a whole against AWS's pages: each answer has its own dates. ",
          resources > 0 && `${count(resources, "resource")} in your inventory.`),
        service.variants.length > 1 && tabs("Modes", [
          { href: `#${service.service}`, text: "every mode", on: !mode },
          ...service.variants.map((variant) => ({ href: `#${service.service}@${variant.mode}`, text: `@${variant.mode}`, on: variant.mode === mode })),
        ]),
        service.left_out > 0 && h("p", { class: "banner" }, `${count(service.left_out, "more mode")} of it ${service.left_out === 1 ? "is" : "are"} not in this page, which is of a part of the catalogue.`),
        differing.length > 0 && [
          h2("Where the modes differ"),
          table({ class: "wide stack" }, ["Mode", ...differing.map(({ layer }) => layer.name)], variants.map((variant) =>
            tr(h("th", { scope: "row" }, h("a", { href: `#${service.service}@${variant.mode}` }, `@${variant.mode}`), " ", endedTag({ service: { lifecycle: null }, variant }), h("div", { class: "faint small" }, variant.name)),
              differing.map(({ layer }) => h("td", { "data-label": layer.name }, chip(answers[variant.answers[layer.place]])))))),
        ],
        h("div", { class: "tools" }, toggle, h("button", { type: "button", onclick: () => window.print() }, "Print")),
        legend(),
        body,
        h2("Names"),
        h("dl", { class: "facts" },
          service.aliases.length > 0 && [dt("also called "), dd(joined(named(service.aliases)))],
          service.former.length > 0 && [dt("formerly "), dd(joined(named(service.former)))],
          parts.length > 0 && [dt("its parts "), dd(joined(parts.map((part) => h("a", { href: `#${part.service}` }, part.short))))],
          dt("its category "), dd(`${service.category}, ${service.basis}: `, joined(service.sources.map(sourceLink), "; ")),
        ),
        identifiers.length > 0 && h("details", { class: "more screen" }, h("summary", null, count(identifiers.reduce((sum, [, own]) => sum + own.length, 0), "name"), " in tools: ", identifiers.map(([kind]) => TOOLS[kind] ?? kind).join(", ")),
          h("dl", { class: "facts" }, identifiers.map(([kind, own]) => [dt(TOOLS[kind] ?? kind), dd(joined(own.map((name) => code(name)), " "))]))),
        h("p", { class: "small screen" },
          !service.origin?.startsWith("Answers") && ["A wrong answer? It is one file, ", outside(`https://github.com/whose-cli/whose/blob/main/data/${service.category}/${service.service}.yaml`, `data/${service.category}/${service.service}.yaml`), ". "],
          "In a terminal: ", code(`whose ${asked} --long`), "; for programs: ", code(`whose ${asked} -o json`), "."),
        h("details", { class: "more" }, h("summary", null, `The ${paper.order.length} sources of these answers`),
          h("ol", { class: "numbered" }, paper.order.map((place) => li(sources[place].title, " ", outside(sources[place].url, sources[place].url), ` (${sources[place].checked}${sources[place].old ? ", old" : ""})`)))),
      ],
    };
  };

  const servicesView = (wanted) => {
    const moving = drawn.filter((layer) => layer.group === "moves").reverse();
    const rows = services
      .filter((service) => !wanted || (wanted === "gone" ? service.lifecycle : service.variants.some((variant) => variant.category === wanted)))
      .toSorted((one, other) => one.short.localeCompare(other.short, "en"))
      .map((service) => {
        const row = h("tr", null,
          h("th", { scope: "row" }, endedTag({ service }), h("a", { href: `#${service.service}` }, service.short), " ", h("code", { class: "faint" }, service.service)),
          h("td", { class: "faint", "data-label": "category" }, joined([...new Set(service.variants.map((variant) => variant.category))], ", ")),
          moving.map((layer) => h("td", { "data-label": layer.short }, chips(service.variants.map((variant) => answers[variant.answers[layer.place]]), `#${service.service}/${layer.layer}`))));
        row.text = called.find((one) => one.service === service).names.map((name) => name.plain).join(" ") + ` ${plain(row.querySelector(".tag")?.textContent ?? "")}`;
        return row;
      });
    const left = h("output", { class: "faint" }, count(rows.length, "service"));
    const filter = h("input", { type: "search", autocomplete: "off", oninput: () => {
      const word = bare(filter.value);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !row.text.includes(word);
        shown += row.hidden ? 0 : 1;
      }
      left.textContent = count(shown, "service");
    } });
    const gone = services.filter((service) => service.lifecycle).length;
    const number = (category) => services.filter((service) => service.variants.some((variant) => variant.category === category)).length;
    return {
      title: wanted === "gone" ? "Services that have ended or are closed" : wanted ? `${wanted} services` : "All services",
      body: [
        h1(wanted === "gone" ? "Services that have ended, are ending, or are closed to new customers" : wanted ? categories.find((one) => one.category === wanted).name : "All services"),
        h("p", { class: "lead" }, KINDS[wanted] ?? (wanted ? "What AWS has announced about their end. No announcement, no word." : "Who holds the layers that move with the kind of service. Several words: it depends on the mode.")),
        remarks(),
        tabs("Category", [{ href: "#/services", text: "all", number: services.length, on: !wanted }, ...categories.map(({ category }) => ({ href: `#/services/${category}`, text: category, number: number(category), on: wanted === category })), ...(gone ? [{ href: "#/services/gone", text: "ended or closed", number: gone, on: wanted === "gone" }] : [])]),
        categories.reduce((sum, { category }) => sum + number(category), 0) > services.length && h("p", { class: "small faint" }, "A service whose modes differ in category counts in each of them."),
        h("div", { class: "tools" }, h("label", null, "Filter ", filter), left),
        legend(),
        table({ class: "wide stack tight" }, ["Service", "Category", ...moving.map((layer) => layerLink(layer))], rows),
      ],
    };
  };

  const layersView = () => ({
    title: "The layers",
    body: [
      h1(`The ${layers.length} layers`),
      h("p", { class: "lead" }, "From what is yours, as a rule, down to what is AWS's everywhere."),
      ...["in the cloud", "moves", "of the cloud"].map((group) => {
        const own = drawn.filter((layer) => layer.group === group);
        return [h2(own[0].title), table({ class: "wide stack" }, ["Layer", "What belongs to it", ...categories.map((one) => one.category)], own.map((layer) =>
          tr(h("th", { scope: "row" }, layerLink(layer)), h("td", { class: "duty" }, layer.definition),
            categories.map((one) => h("td", { "data-label": one.category }, chip(answers[one.answers[layer.place]]))))))];
      }),
    ],
  });
  const PARTS = [
    ["mine", "a part is yours", (answer) => answer.mine], ["customer", "you", (answer) => answer.party === "customer"], ["shared", "both", (answer) => answer.party === "shared"],
    ["third-party", "third party", (answer) => answer.party === "third-party"], ["aws-plus", "AWS+", (answer) => answer.word === "AWS+"], ["aws", "AWS alone", (answer) => answer.word === "AWS"], ["all", "all", () => true],
  ];
  const layerView = (layer, part = "mine") => {
    const place = layerPlace.get(layer.layer);
    const of = ({ variant }) => answers[variant.answers[place]];
    const fits = (PARTS.find(([id]) => id === part) ?? PARTS[0])[2];
    const rows = columns.filter((column) => fits(of(column)));
    return {
      title: layer.name,
      body: [
        h("p", { class: "crumbs small" }, h("a", { href: "#/layers" }, "Layers"), " › ", layer.title),
        h1(layer.name, " ", h("code", { class: "small" }, layer.layer)),
        h("p", { class: "lead" }, layer.definition),
        h("p", { class: "small faint" }, `Also called ${layer.aliases.join(", ")}.`),
        h2("Before a service says otherwise"),
        h("div", { class: "cards" }, categories.map((one) => {
          const answer = answers[one.answers[place]];
          return h("section", null, h3(h("a", { href: `#/categories/${one.category}` }, one.category), " ", chip(answer)), sides(answer));
        })),
        alwaysBlock(layer),
        h2("In each service"),
        tabs("Who holds it", PARTS.map(([id, text, fit]) => ({ href: `#/layers/${layer.layer}/${id}`, text, number: columns.filter((column) => fit(of(column))).length, on: id === part })).filter((tab) => tab.number)),
        legend(),
        table({ class: "wide stack" }, ["Service", "Who", "First duty", "Rests on"], rows.map((column) => {
          const answer = of(column);
          return tr(h("th", { scope: "row" }, endedTag(column), serviceLink(column, layer.layer), answer.overlaid && h("span", { class: "tag" }, "your overlay")), h("td", null, chip(answer)), h("td", { class: "duty" }, answer.first), h("td", { class: "faint" }, answer.basis));
        })),
      ],
    };
  };

  const patchingView = () => {
    const [os, platform] = PATCHED;
    const both = ({ variant }) => [answers[variant.answers[os]], answers[variant.answers[platform]]];
    const SECTIONS = [
      ["you", "You install the updates", "The operating system, the platform, or both are yours to update.", (answer) => answer.party === "customer"],
      ["on-request", "Never updated unless you act", "AWS releases the update; it takes effect only when you let it in or deploy again.", (answer) => answer.party === "shared" && answer.sharing === "dependent"],
      ["each", "Each side updates a part of its own", "Two things in one layer: one is AWS's to update, the other yours.", (answer) => answer.party === "shared"],
      ["third-party", "A third party updates it, and leaves a part to you", "", (answer) => answer.party === "third-party" && answer.mine],
      ["aws-plus", "AWS holds it, and leaves a part to you (AWS+)", "Mostly maintenance windows, versions that go out of support, and updates that you may apply earlier.", (answer) => answer.mine],
    ];
    const left = new Set(columns);
    const sections = SECTIONS.map(([id, title, about, fits]) => {
      const own = [...left].filter((column) => both(column).some(fits));
      own.forEach((column) => left.delete(column));
      // Last what has ended, before it what is ending or closed to new customers: nobody patches what is gone.
      const gone = ({ service, variant }) => (ended(variant) || ended(service) ? 2 : variant.lifecycle || service.lifecycle ? 1 : 0);
      own.sort((one, other) => gone(one) - gone(other));
      return { id, title, about, own };
    }).filter(({ own }) => own.length);
    const duties = (column) =>
      both(column).map((answer, number) => answer.mine && h("div", null, h("b", { class: "small" }, number ? "platform: " : "os: "), answer.first));
    return {
      title: "What you must patch",
      body: [
        h1("What you must patch"),
        h("p", { class: "lead" }, "Every service and mode in which the guest operating system or the platform leaves you a duty, updates first of all. Your own code and its libraries are yours everywhere and not listed."),
        remarks(),
        h("nav", { class: "tabs", "aria-label": "Sections" }, sections.map(({ id, title, own }) =>
          h("a", { href: `#/patching/${id}` }, title, h("small", null, ` ${own.length}`)))),
        legend(),
        sections.map(({ id, title, about, own }) => [
          h("h2", { id: `patching-${id}`, tabindex: -1 }, `${title} (${own.length})`),
          about && h("p", { class: "faint" }, about),
          table({ class: "wide stack" }, ["Service", "Guest OS", "Platform", "Your first duty"], own.map((column) => {
            const [one, other] = both(column);
            return tr(h("th", { scope: "row" }, endedTag(column), nameLink(column), " ", h("code", { class: "faint" }, label(column)), column.variant.name && h("div", { class: "faint small" }, column.variant.name)),
              h("td", { "data-label": "os" }, chip(one)), h("td", { "data-label": "platform" }, chip(other)), h("td", { class: "duty" }, duties(column)));
          })),
        ]),
        h2(`No part of yours (${left.size})`),
        h("p", { class: "faint" }, "No duty in these two layers: there is no such thing, or it is updated without you."),
        h("details", { class: "more" }, h("summary", null, "List them"), h("ul", { class: "columns" }, [...left].map((column) => li(nameLink(column))))),
      ],
    };
  };

  const BASELINES = ["low", "moderate", "high", "privacy"];
  /** `wanted` is a family, or what goes by a baseline. */
  const controlsView = (wanted = "addressed", aim) => {
    const own = findFamily(wanted);
    const fits = (control) => (own ? control.control.startsWith(`${own.family}-`) : wanted === "all" ? true : wanted === "addressed" ? control.variants.length > 0 : control.baselines.includes(wanted));
    const rows = controls.filter(fits);
    const shown = families.filter(({ family }) => rows.some((control) => control.control.startsWith(`${family}-`)));
    const heading = ({ family, name }) => h("tr", { class: "group" }, h("th", { colspan: 5, scope: "colgroup", id: `family-${family}`, tabindex: -1 }, h("a", { href: `#/controls/${family}` }, `${family} ${name}`)));
    let family;
    return {
      title: own ? `${own.family} ${own.name}` : "NIST SP 800-53 controls",
      to: !own && aim && `family-${aim}`,
      body: [
        own && h("p", { class: "crumbs small" }, h("a", { href: "#/controls" }, "Controls"), " ›"),
        h1(own ? `${own.family} ${own.name}` : "NIST SP 800-53 controls"),
        h("p", { class: "lead" }, "Who answers for each control in each kind of service, before a service says otherwise. It says who is responsible, never that anything is implemented."),
        tabs("Baseline", [["addressed", "addressed here"], ...BASELINES.map((one) => [one, one]), ["all", "all of Rev 5"]].map(([id, text]) => ({
          href: `#/controls/${id}`, text, on: id === wanted,
          number: controls.filter((control) => (id === "all" ? true : id === "addressed" ? control.variants.length > 0 : control.baselines.includes(id))).length,
        }))),
        !own && h("nav", { class: "jump", "aria-label": "Families" }, joined(shown.map(({ family, name }) => h("a", { href: `#/controls/${wanted}/${family}` }, `${family} ${name}`)), " · ")),
        h("p", { class: "small faint" }, "not addressed: no duty in the catalogue bears on it. It is yours unless AWS's reports in AWS Artifact say otherwise."),
        table({ class: "wide stack" }, ["Control", "Baselines", ...categories.map((one) => one.category)], rows.map((control) => {
          const next = findFamily(control.control.slice(0, 2));
          return [
            !own && next !== family && heading((family = next)),
            tr(h("th", { scope: "row" }, h("a", { href: `#/controls/${control.control}` }, control.control), ` ${control.title}`), h("td", { class: "faint", "data-label": "baselines" }, control.baselines.join(", ")),
              categories.map((one, place) => h("td", { "data-label": one.category }, responsibility((control.defaults[place] ?? NOT_ADDRESSED)[0])))),
          ];
        })),
      ],
    };
  };
  const NOT_ADDRESSED = [data.responsibilities.findIndex((one) => one.id === "not-addressed"), false];
  /** The duties that bear on a control in a service, layer by layer. */
  const bearing = (control, column) => {
    const place = controlById.get(control.control);
    return drawn.flatMap((layer) => {
      const answer = answers[column.answers[layer.place]];
      const duties = [
        ...answer.duties.filter((duty) => duty.controls.includes(place)),
        ...layer.always.filter((duty) => duty.controls.includes(place)).map((duty) => ({ ...duty, who: `${duty.who}, always`, sources: layer.sources })),
        ...(column.defaults ?? []).filter((own) => own.layer === layer.layer && own.duty.controls.includes(place)).map(({ duty, sources }) => ({ ...duty, who: `${duty.who}, by the category`, sources })),
      ];
      return duties.length ? [{ layer, answer, duties }] : [];
    });
  };
  const bearingList = (parts, level, id) =>
    parts.map(({ layer, answer, duties }) => [
      h(level, null, layerLink(layer, id), " ", chip(answer)),
      ul(duties.map((duty) => li(b(`${duty.who}: `), duty.text))),
    ]);
  /** `part` is one of the responsibilities; or a service, in all its modes or in one. */
  const controlView = (control, part = "all") => {
    const [only, mode] = byId.has(part.split("@")[0]) ? part.split("@") : [];
    const place = controlById.get(control.control);
    const base = control.control.replace(/\(.*/, "");
    const family = controls.filter((one) => one !== control && one.control.replace(/\(.*/, "") === base);
    const title = base === control.control ? control.title : `${controls[controlById.get(base)]?.title ?? ""}: ${control.title}`;
    const of = (number) => control.variants[number] ?? NOT_ADDRESSED;
    // Categories that say the same share a card.
    const alike = [];
    categories.forEach((one, number) => {
      const parts = bearing(control, one);
      const own = (control.defaults[number] ?? NOT_ADDRESSED)[0];
      const key = JSON.stringify([own, parts.map(({ duties }) => duties)]);
      const same = alike.find((other) => other.key === key);
      if (same) same.names.push(one.category);
      else alike.push({ key, names: [one.category], own, parts });
    });
    const fits = ({ service, variant, number }) => (only ? service.service === only && (!mode || variant.mode === mode) : part === "all" || data.responsibilities[of(number)[0]].id === part);
    const rows = columns.map((column, number) => ({ ...column, number })).filter(fits);
    if (!rows.length && (only || !data.responsibilities.some(({ id }) => ["all", id].includes(part)))) return unknown(`${control.control} of ${part}`);
    return {
      title: `${control.control} ${only ? `of ${part}` : control.title}`,
      body: [
        h("p", { class: "crumbs small" }, h("a", { href: "#/controls" }, "Controls"), " ›", only && [" ", h("a", { href: `#/controls/${control.control}` }, `${control.control} in all services`), " ›"]),
        h1(`${control.control} ${title}`),
        p(control.baselines.length ? `Baselines: ${control.baselines.join(", ")}. ` : "In no baseline. ", family.length > 0 && [base === control.control ? "Enhancements: " : "See also: ", joined(family.map((one) => h("a", { href: `#/controls/${one.control}`, title: one.title }, one.control)))]),
        control.variants.length === 0
          ? h("p", { class: "banner" }, responsibility(NOT_ADDRESSED[0]), " No duty in the catalogue bears on it. It is yours unless AWS's reports in AWS Artifact say otherwise.")
          : [
              h("ul", { class: "legend", "aria-label": "What the words mean" }, data.responsibilities.map(({ means }, place) => li(responsibility(place), ` ${means}`))),
              h("p", { class: "small faint" }, "It says who is responsible, never that anything is implemented."),
              !only && h2("Before a service says otherwise"),
              !only && h("div", { class: "cards" }, alike.map(({ names, own, parts }) => h("section", null, h3(names.join(", "), " ", responsibility(own)), h("div", { class: "small" }, bearingList(parts, "h4"))))),
              h2(only ? `In ${byId.get(only).short}` : "In each service"),
              !only && tabs("Who answers for it", [{ href: `#/controls/${control.control}/all`, text: "all", number: columns.length, on: part === "all" },
                ...data.responsibilities.map(({ id, word }, own) => ({ href: `#/controls/${control.control}/${id}`, text: word, number: columns.filter((_, number) => of(number)[0] === own).length, on: part === id }))].filter((tab) => tab.number)),
              table({ class: "wide stack" }, ["Service", "Who answers", "Layers and duties", "Rests on"], rows.map(({ service, variant, number }) => {
                const [own, stated] = of(number);
                const parts = bearing(control, variant);
                const more = parts.length > 0 && h("details", { class: "more", open: Boolean(only), ontoggle: () => more.open && more.children.length === 1 && more.append(h("div", { class: "small" }, bearingList(parts, "h3", label({ service, variant })), h("p", { class: "faint" }, "Sources: ", joined([...new Set(parts.flatMap(({ answer, duties }) => duties.flatMap((duty) => duty.sources ?? answer.sources)))].map(sourceLink), "; ")))) }, h("summary", null, joined(parts.map(({ layer }) => layer.layer))));
                return tr(h("th", { scope: "row" }, endedTag({ service, variant }), serviceLink({ service, variant })), h("td", null, responsibility(own)), h("td", { class: "duty" }, more), h("td", { class: "faint" }, parts.length > 0 && (stated ? "stated" : "derived")));
              })),
            ],
      ],
      place,
    };
  };

  const findView = (input) => {
    const wanted = input.toLowerCase().split(/\s+/).filter(Boolean);
    const where = new Map();
    for (const column of columns) {
      layers.forEach((layer, place) => {
        const answer = column.variant.answers[place];
        if (!where.has(answer)) where.set(answer, { layer, columns: [] });
        where.get(answer).columns.push(column);
      });
    }
    const marked = (text) => {
      const pattern = new RegExp(`(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "gi");
      return text.split(pattern).map((piece, place) => (place % 2 ? h("mark", null, piece) : piece));
    };
    // A word may be of the service's name instead, where the answer is its own.
    const fits = (text, name = "") => wanted.every((word) => text.includes(word) || name.includes(word)) && wanted.some((word) => text.includes(word));
    const hits = [];
    for (const [place, { layer, columns: own }] of where) {
      const answer = answers[place];
      const { service } = own[0];
      const name = own.every((column) => column.service === service) ? `${service.service} ${service.name}`.toLowerCase() : "";
      const texts = [...answer.duties.map((duty) => [duty.who, duty.text]), answer.note && ["note", answer.note]].filter((one) => one && fits(one[1].toLowerCase(), name));
      if (texts.length) hits.push({ layer, own, texts, named: wanted.some((word) => name.includes(word)) });
    }
    hits.sort((one, other) => other.named - one.named);
    for (const layer of layers) {
      const texts = layer.always.filter((duty) => fits(duty.text.toLowerCase())).map((duty) => [`${duty.who}, always`, duty.text]);
      if (texts.length) hits.unshift({ layer, own: [], texts });
    }
    const MOST = 200;
    const others = hits.length ? [] : search(input).filter(({ href }) => !href.startsWith("#/find/"));
    return {
      title: `“${input}” in the duties`,
      typed: input,
      body: [
        h1(`“${input}” in the duties and notes`),
        p(hits.length ? `${count(hits.length, "answer")}${hits.length > MOST ? `, of which the first ${MOST} are shown` : ""}.` : `No duty and no note has all of these words. ${others.length ? "What was recognised of them:" : "Try fewer."}`),
        others.length > 0 && ul(others.map(({ href, title, about }) => li(h("a", { href }, title), about && h("span", { class: "faint small" }, ` ${about}`)))),
        h("ul", { class: "hits" }, hits.slice(0, MOST).map(({ layer, own, texts }) => h("li", null,
          own.length ? [serviceLink(own[0], layer.layer), own.length > 1 && ` and ${own.length - 1} more`, " · "] : "every service · ", layerLink(layer, own[0] && label(own[0])),
          texts.map(([who, text]) => h("div", null, h("b", { class: "small" }, `${who}: `), marked(text)))))),
      ],
    };
  };

  const wordsView = () => ({
    title: "How to read it",
    body: [
      h1("How to read it"),
      h("p", { class: "lead" }, "AWS states its shared responsibility model in prose, over hundreds of pages. This is that prose as a catalogue: for each service and layer, who must do what, and the page that says so."),
      h2("Who holds a layer"),
      h("dl", { class: "facts" },
        dt(h("span", { class: "cell aws" }, "AWS")), dd("AWS answers for the layer, and leaves nothing of it to you."),
        dt(h("span", { class: "cell aws plus" }, "AWS+")), dd("AWS answers for it, and you have duties in it all the same: a window to set, a version to move to, a key to choose. Read them before you rely on “AWS”."),
        dt(h("span", { class: "cell customer" }, "you")), dd("You answer for it. What AWS offers beside it does not take it from you."),
        dt(h("span", { class: "cell shared" }, "both")), dd(`Both must act. ${SHARING.dependent} ${SHARING.independent}`),
        dt(h("span", { class: "cell third-party" }, "a name")), dd("That third party runs it, such as Red Hat for ROSA."),
        dt("always"), dd("Duties that hold whatever a service says, such as protecting the root user. They stand beneath the answer and do not turn AWS into AWS+."),
      ),
      h2("What an answer rests on"),
      h("dl", { class: "facts" },
        dt("stated"), dd("a page of AWS's says it about this service, in this mode."),
        dt("derived"), dd("it follows from the category, or from what a page says about something else."),
        dt("rule"), dd("the most specific level that speaks answers, whole: the mode, the service, its category, what holds for every service."),
        dt("dates"), dd("beside each source stands the day to which the text that was read is dated; “old” is older than two years. The page wins over the catalogue."),
        dt("note"), dd("where AWS's own pages disagree, or what to know before you rely on it."),
        dt("read as a whole"), dd("somebody has read the service's whole file against AWS's pages on that day."),
        dt("ended, ending, closed"), dd("what AWS has announced about its end. No announcement, no word."),
      ),
      h2("The categories"),
      h("dl", { class: "facts" }, categories.map((one) => [dt(h("a", { href: `#/categories/${one.category}` }, one.category)), dd(one.note)])),
      h2("What it does not say"),
      p("It says who secures what. It never says that you are compliant, or that anything is implemented. It is not affiliated with Amazon Web Services."),
      h2("Links, keys, print"),
      p("Every view has an address that stays from release to release: ", code("#rds"), ", ", code("#rds/guest-os"), ", ", code("#eks@fargate/platform"), ", ", code("#/controls/AC-2"), ". Any other name of a service works there too. ", h("kbd", null, "/"), " goes to the search. A service prints with all its duties and sources."),
      p("The same in a terminal: ", code("whose rds guest-os"), ". This page was made by ", code("whose export html"), "."),
    ],
  });

  const unknown = (name) => ({
    title: "Not found",
    body: [
      h1(`Nothing here is called “${name}”`),
      p(data.remarks ? "This page holds a part of the catalogue: the services that were named or found in an inventory." : "It may have been renamed since the link was made."),
      nearest(name).length > 0 && p("Did you mean ", joined(nearest(name).map((service) => h("a", { href: `#${service.service}` }, `${service.short} (${service.service})`)), " or "), "?"),
      p(h("a", { href: "#/services" }, "All services"), " · ", h("a", { href: "#" }, "Start page")),
    ],
  });

  // ---- Addresses.

  /** The view of an address; `as` is the address that stays, where another was asked for. */
  const route = (address) => {
    if (!address) return home();
    if (address.startsWith("/")) {
      const [, view, one, two] = address.split("/");
      const views = {
        services: () => (!one || one === "gone" || categories.some((own) => own.category === one) ? servicesView(one) : unknown(one)),
        categories: () => {
          const category = categories.find((own) => own.category === one);
          return one ? (category ? categoryView(category) : unknown(one)) : categoriesView();
        },
        layers: () => {
          const layer = one && findLayer(one);
          return one ? (layer ? layerView(layer, two) : unknown(one)) : layersView();
        },
        controls: () => {
          const control = one && findControl(one);
          return control ? controlView(control, two) : !one || ["addressed", "all", ...BASELINES].includes(one) || findFamily(one) ? controlsView(one, two) : unknown(one);
        },
        patching: () => ({ ...patchingView(), to: one && `patching-${one}` }),
        find: () => findView(address.slice("/find/".length)),
        words: wordsView,
      };
      return Object.hasOwn(views, view) ? views[view]() : unknown(address);
    }
    const cut = address.lastIndexOf("/");
    const layer = cut > 0 ? findLayer(address.slice(cut + 1)) : undefined;
    const name = layer ? address.slice(0, cut) : address;
    const [id, mode] = name.split("@");
    let service = byId.get(id);
    let found = mode;
    if (!service || (mode && !service.variants.some((variant) => variant.mode === mode))) {
      const resolved = resolve(name) ?? (mode && resolve(id)) ?? (service && { services: [services.indexOf(service)] });
      if (resolved?.services.length !== 1) return unknown(name);
      service = services[resolved.services[0]];
      found = resolved.mode;
    }
    const as = `${service.service}${found ? `@${found}` : ""}${layer ? `/${layer.layer}` : ""}`;
    const lost = mode?.trim().toLowerCase() !== found && mode;
    return { ...serviceView(service, found, layer?.layer, lost), as, aim: !lost && layer?.layer };
  };
  const field = at("name");
  const scrolls = new Map();
  let shown;
  let clicked = false;
  // The tabs of which one was clicked: the reader stays at them.
  let tabbed;
  const titled = ({ title }) => (title.startsWith("whose") ? title : `${title} · whose`);
  const show = (first) => {
    let address = location.hash.slice(1);
    try {
      address = decodeURIComponent(address);
    } catch {
      // An address that is not encoded is read as it is.
    }
    const view = route(address);
    if (view.as && view.as !== address) history.replaceState(null, "", `#${view.as}`);
    document.title = titled(view);
    const before = window.scrollY;
    if (document.activeElement !== field) field.value = view.typed ?? "";
    main.replaceChildren(...view.body.flat(Infinity).filter(Boolean));
    for (const link of at("views").children) {
      const on = address === link.hash.slice(1) || address.startsWith(`${link.hash.slice(1)}/`);
      if (on) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    shown = address;
    const heading = main.querySelector("h1");
    const top = getComputedStyle(at("top")).position === "sticky" ? Math.ceil(at("top").getBoundingClientRect().height) : 0;
    heading.style.top = `${top}px`;
    document.documentElement.style.scrollPaddingTop = `${top + (heading.className === "stays" ? heading.offsetHeight : 0) + 8}px`;
    heading.tabIndex = -1;
    const aim = view.aim ? main.querySelector(`[data-layer="${view.aim}"]`) : view.to && at(view.to);
    if (aim) {
      aim.scrollIntoView({ block: "start" });
      (aim.querySelector("summary") ?? aim).focus({ preventScroll: true });
    } else if (tabbed && main.querySelector(`[aria-label="${tabbed}"] [aria-current]`)) {
      main.querySelector(`[aria-label="${tabbed}"] [aria-current]`).focus({ preventScroll: true });
      window.scrollTo(0, before);
    } else if (!first) {
      window.scrollTo(0, clicked ? 0 : (scrolls.get(address) ?? 0));
      heading.focus({ preventScroll: true });
    }
    clicked = false;
    tabbed = undefined;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#']");
    if (!link || event.defaultPrevented) return;
    if (link.id === "skip") {
      event.preventDefault();
      main.querySelector("h1").focus();
      return;
    }
    clicked = true;
    tabbed = link.closest(".tabs")?.getAttribute("aria-label");
    // The same address again: back to its beginning.
    if (link.getAttribute("href") === location.hash || (link.getAttribute("href") === "#" && !location.hash)) show();
  });
  window.addEventListener("scroll", () => scrolls.set(shown, window.scrollY), { passive: true });
  window.addEventListener("hashchange", () => show());

  // ---- The search field: a combobox, as WAI-ARIA describes it.

  const found = at("found");
  let options = [];
  let chosen = -1;
  const choose = (place) => {
    chosen = place;
    [...found.children].forEach((item, own) => item.setAttribute("aria-selected", String(own === place)));
    if (place < 0) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", `found-${place}`);
      found.children[place].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    found.hidden = true;
    field.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const go = (option) => {
    close();
    field.value = "";
    field.blur();
    clicked = true;
    if (location.hash === option.href) show();
    else location.hash = option.href;
  };
  const offer = () => {
    options = search(field.value);
    found.replaceChildren(...options.map((option, place) =>
      h("li", { id: `found-${place}`, role: "option", "aria-selected": "false", "data-href": option.href, onmousedown: (event) => event.preventDefault(), onclick: () => go(option) },
        option.ended && [h("span", { class: "tag ended" }, "ended"), " "], option.title, option.about && h("small", null, option.about))));
    found.hidden = !options.length;
    field.setAttribute("aria-expanded", String(options.length > 0));
    choose(options.length ? 0 : -1);
    at("said").textContent = field.value.trim() ? (options.length ? count(options.length, "result") : "Nothing found") : "";
  };
  field.addEventListener("input", offer);
  field.addEventListener("focus", () => field.value && offer());
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (found.hidden) offer();
      if (options.length) choose((chosen + (event.key === "ArrowDown" ? 1 : options.length - 1) + (chosen < 0 && event.key === "ArrowUp" ? 1 : 0)) % options.length);
    } else if (event.key === "Escape") {
      if (found.hidden) field.value = "";
      close();
    }
  });
  at("search").addEventListener("submit", (event) => {
    event.preventDefault();
    if (found.hidden) offer();
    if (options.length) go(options[Math.max(chosen, 0)]);
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
    }
  });

  // On paper everything is open.
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...main.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });

  at("foot").append(
    p(`Catalogue dated ${data.catalogue}, whose ${data.version}. `, outside("https://github.com/whose-cli/whose", "github.com/whose-cli/whose"), ", MIT or Apache-2.0."),
    p("Who secures what, never whether you are compliant. AWS's pages are the authority: follow the source before you rely on an answer. Not affiliated with Amazon Web Services."),
  );
  for (const id of ["search", "views", "foot"]) at(id).hidden = false;
  show(true);
})();
