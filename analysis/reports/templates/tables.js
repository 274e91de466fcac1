// On a narrow screen the contents would push the text away: there they wait to be opened.
if (!matchMedia("(min-width: 76rem)").matches) document.querySelector("nav details")?.removeAttribute("open");

// Only what really scrolls is a stop on the way of the Tab key.
const sized = new ResizeObserver((boxes) => {
  for (const { target } of boxes) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
});
for (const box of document.querySelectorAll(".scroll, pre")) sized.observe(box);

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
