"use strict";
(() => {
  const at = (id) => document.getElementById(id);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = at("filters");
  const fields = { service: at("by-service"), layer: at("by-layer"), party: at("by-party"), team: at("by-team") };
  form.hidden = false;
  const filter = () => {
    const want = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field ? field.value.trim() : ""]));
    const words = want.service.toLowerCase().split(/[\s,]+/).filter(Boolean);
    const fits = (cell) =>
      (!want.layer || cell.dataset.layer === want.layer) &&
      (!want.party || cell.dataset.party === want.party) &&
      (!want.team || cell.dataset.team === want.team);
    let left = 0;
    for (const row of all("[data-service], [data-most]")) {
      let some = false;
      for (const cell of all("[data-party]", row)) {
        const fit = fits(cell);
        some = some || fit;
        if (cell.tagName === "TD") cell.firstElementChild.style.visibility = fit ? "" : "hidden";
        else cell.classList.toggle("gone", !fit);
      }
      for (const same of all(".same", row)) same.classList.toggle("gone", !all("[data-party]", same).some(fits));
      const name = (row.dataset.service || "").toLowerCase();
      const gone = !some || (name && words.length > 0 && !words.some((word) => name.includes(word)));
      row.classList.toggle("gone", gone);
      if (!gone && row.tagName === "TR") left += 1;
    }
    for (const cell of all(".matrix [data-layer]")) {
      cell.classList.toggle("gone", Boolean(want.layer) && cell.dataset.layer !== want.layer);
    }
    for (const groups of all(".groups")) groups.classList.toggle("gone", Boolean(want.layer));
    at("left").textContent = left + (left === 1 ? " row" : " rows");
  };
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  const dialog = at("cell");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cell");
    if (link && dialog.showModal) {
      event.preventDefault();
      const copy = at(link.hash.slice(1)).cloneNode(true);
      copy.removeAttribute("id");
      copy.classList.remove("gone");
      const heading = copy.querySelector("h4");
      heading.id = "cell-title";
      heading.prepend(link.closest("[data-service]").dataset.service + " · ");
      at("cell-body").replaceChildren(copy);
      dialog.showModal();
    } else if (event.target === dialog) {
      dialog.close();
    }
  });
  filter();
})();
