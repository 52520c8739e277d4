"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const form = at("filters");
  const fields = { service: at("by-service"), layer: at("by-layer"), party: at("by-party"), team: at("by-team") };
  form.hidden = false;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const filter = () => {
    const want = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field ? field.value.trim() : ""]));
    const words = want.service.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const fits = (cell) =>
      (!want.layer || cell.dataset.layer === want.layer) &&
      (!want.party || cell.dataset.party === want.party) &&
      (!want.team || cell.dataset.team === want.team);
    let left = 0;
    for (const row of all("[data-service]")) {
      const name = row.dataset.service.toLowerCase();
      const cells = all("[data-party]", row);
      let some = false;
      for (const cell of cells) {
        const fit = fits(cell);
        some = some || fit;
        if (cell.tagName === "ARTICLE") cell.classList.toggle("gone", !fit);
        else cell.firstElementChild.style.visibility = fit ? "" : "hidden";
      }
      const gone = !some || (words.length > 0 && !words.some((word) => name.includes(word)));
      row.classList.toggle("gone", gone);
      if (!gone && row.tagName === "TR") left += 1;
    }
    for (const cell of all(".matrix [data-layer]")) {
      cell.classList.toggle("gone", Boolean(want.layer) && cell.dataset.layer !== want.layer);
    }
    at("left").textContent = left + (left === 1 ? " row" : " rows");
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  const dialog = at("cell");
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".matrix a.cell");
    if (link && dialog.showModal) {
      event.preventDefault();
      const article = at(decodeURIComponent(link.hash.slice(1)));
      const copy = article.cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.remove("gone");
      const heading = copy.querySelector("h4");
      heading.id = "cell-title";
      heading.prepend(article.parentElement.dataset.service + " · ");
      at("cell-body").replaceChildren(copy);
      dialog.showModal();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  filter();
})();
