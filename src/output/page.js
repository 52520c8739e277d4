"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = at("filters");
  const output = at("left");
  const places = (text) => text.split(" ").map(Number);

  const columns = all("[data-label]").map((head) => ({
    place: Number(head.dataset.column),
    label: head.dataset.label,
    words: [head.dataset.label, head.dataset.name].map((word) => word.toLowerCase()),
  }));
  columns.sort((one, other) => one.place - other.place);
  const cells = all("td[data-row]").flatMap((td) => {
    const mark = td.firstElementChild;
    if (!mark) return [];
    const article = mark.hash ? at(mark.getAttribute("href").slice(1)) : null;
    return [{ mark, article, word: mark.textContent, row: Number(td.dataset.row), column: Number(td.dataset.column) }];
  });
  const articles = new Map(all("article").map((article) => [article, { of: article.querySelector(".of"), numbers: all("sup", article) }]));
  const ofRows = all("main [data-row], main [data-column]");
  const ofSeveral = all("[data-rows], [data-columns]");
  const bands = all(".band");
  const sources = all(".sources li");

  const value = (id) => at(id)?.value.trim() ?? "";
  const fitsBasis = (article, wanted) =>
    !wanted || (article && (wanted === "overlaid" ? "overlaid" in article.dataset : wanted === "derived" === "derived" in article.dataset));
  const filter = () => {
    const want = { column: value("by-column").toLowerCase(), row: value("by-row"), word: value("by-word") };
    Object.assign(want, { basis: value("by-basis"), team: value("by-team") });
    const parts = want.column.split(/[\s,]+/).filter(Boolean);
    const wanted = columns.map(
      ({ words: [label, name] }) => !want.column || name.includes(want.column) || parts.some((part) => label.includes(part)),
    );
    const left = { rows: new Set(), columns: new Set() };
    const holds = new Map();
    let count = 0;
    for (const { mark, article, word, row, column } of cells) {
      const fits =
        wanted[column] &&
        (!want.row || row === Number(want.row)) &&
        (!want.word || (want.word === "*" ? article && "mine" in article.dataset : word === want.word)) &&
        fitsBasis(article, want.basis) &&
        (!want.team || article?.dataset.team === want.team);
      mark.classList.toggle("out", !fits);
      if (!fits) continue;
      count += 1;
      left.rows.add(row);
      left.columns.add(column);
      if (holds.has(article)) holds.get(article).push(column);
      else if (article) holds.set(article, [column]);
    }
    for (const one of ofRows) {
      const { row, column } = one.dataset;
      one.classList.toggle("gone", (row && !left.rows.has(Number(row))) || (column && !left.columns.has(Number(column))) || false);
    }
    for (const one of ofSeveral) {
      const { rows, columns } = one.dataset;
      const some = places(rows ?? columns).filter((place) => (rows ? left.rows : left.columns).has(place));
      one.classList.toggle("gone", some.length === 0);
      if (one.scope === "colgroup") one.colSpan = some.length || 1;
    }
    const cited = new Set();
    for (const [article, { of, numbers }] of articles) {
      const own = holds.get(article);
      article.classList.toggle("gone", !own);
      if (!own) continue;
      if (of) of.textContent = own.sort((one, other) => one - other).map((place) => columns[place].label).join(", ");
      for (const number of numbers) cited.add(number.textContent);
    }
    sources.forEach((source, place) => source.classList.toggle("gone", !cited.has(String(place + 1))));
    const active = Object.values(want).some(Boolean);
    // What all agree on is so of all, not of what a filter leaves: then every row stands in the matrix.
    document.body.classList.toggle("every", active);
    for (const band of bands) band.classList.toggle("gone", active);
    output.classList.toggle("on", active);
    said(active ? [`${count} of ${cells.length}`, `${left.columns.size} of ${columns.length}`] : [cells.length, columns.length]);
  };
  const said = ([answers, of]) => (output.textContent = `${answers} answers, ${of} ${form.dataset.of}`);
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());

  const dialog = at("cell");
  at("close").addEventListener("click", () => dialog.close());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("td a.cell");
    if (link && dialog.showModal) {
      event.preventDefault();
      const article = at(link.getAttribute("href").slice(1));
      const copy = article.cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.remove("gone");
      const heading = document.createElement("h2");
      heading.id = "cell-title";
      heading.textContent = `${columns[link.parentElement.dataset.column].label} · ${article.parentElement.querySelector("h2").textContent}`;
      const always = article.parentElement.querySelector(".always")?.cloneNode(true);
      at("cell-body").replaceChildren(heading, copy, ...(always ? [always] : []));
      dialog.showModal();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  // Thousands of links make a browser print for minutes.
  const links = [];
  window.addEventListener("beforeprint", () => {
    if (cells.length <= 1000) return;
    for (const link of all("main a[href]")) {
      links.push([link, link.getAttribute("href")]);
      link.removeAttribute("href");
    }
  });
  window.addEventListener("afterprint", () => {
    for (const [link, href] of links.splice(0)) link.setAttribute("href", href);
  });

  form.hidden = false;
  said([cells.length, columns.length]);
})();
