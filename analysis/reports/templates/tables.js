// On a narrow screen the contents would push the text away: there they wait to be opened.
if (!matchMedia("(min-width: 76rem)").matches) document.querySelector("nav details")?.removeAttribute("open");

// Only what really scrolls is a stop on the way of the Tab key.
const sized = new ResizeObserver((boxes) => {
  for (const { target } of boxes) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
for (const box of document.querySelectorAll(".scroll, pre")) sized.observe(box);

// The appendix is searched: an entry stays in sight that holds all the words.
const field = document.querySelector(".find");
if (field) {
  const [input, said] = [field.querySelector("input"), field.querySelector("output")];
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const parts = [...document.querySelectorAll(".month, details.entry")];  // in the order of the page
  const entries = parts.filter((part) => part.matches(".entry"));
  const texts = new Map();
  const text = (entry) => texts.get(entry) ?? texts.set(entry, plain(entry.textContent)).get(entry);
  const search = () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let month = null, found = 0;
    for (const part of parts) {
      const entry = part.matches(".entry");
      part.hidden = words.length > 0 && !(entry && words.every((word) => text(part).includes(word)));
      if (!entry) month = part;
      else if (!part.hidden) {
        found += 1;
        if (month) month.hidden = false;
      }
    }
    said.textContent = words.length ? `${found} of ${entries.length} incidents` : "";
  };
  let waiting;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") input.value = "";
    if (key === "Escape" || key === "Enter") search();
    if (key === "Enter") entries.find((entry) => !entry.hidden)?.querySelector("summary").focus();
  });
  // A link leads to its entry even if a search has hidden it.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target?.closest("details.entry")?.hidden) return;
    input.value = "";
    search();
    target.scrollIntoView();
  });
  field.hidden = false;
}

// Tables sort by their heads, and long ones can be searched; without this they are plain tables.
for (const table of document.querySelectorAll("table.sortable")) {
  const long = table.matches(".searchable");
  const called = table.querySelector("caption .number")?.textContent.replace(".", "") ?? "this table";
  jQuery(table).DataTable({
    autoWidth: false,
    info: long,
    order: [],
    paging: false,
    searching: long,
    layout: { topStart: long ? "search" : null, topEnd: long ? "info" : null, bottomStart: null, bottomEnd: null },
    language: {
      info: "_TOTAL_ rows",
      infoEmpty: "no row",
      infoFiltered: "of _MAX_",
      search: `Search ${called}`,
      zeroRecords: "No row holds these words.",
    },
  });
}
