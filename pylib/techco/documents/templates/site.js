"use strict";
// Search, and the way of a column: all from search.js and lineage.js beside this file, nothing from elsewhere.
const root = document.body.dataset.root;
const box = document.getElementById("search");
const list = document.getElementById("found");

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function rank([kind, name], words) {
  const low = name.toLowerCase();
  if (low === words.join(" ")) return 0;
  if (words.every((word) => low.includes(word))) return low.startsWith(words[0]) ? 1 : 2;
  return 3;
}

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = words.length
    ? window.ENTRIES.filter(([, name, says]) => {
        const text = (name + " " + says).toLowerCase();
        return words.every((word) => text.includes(word));
      })
    : [];
  const sorted = hits.map((hit, place) => [rank(hit, words), place, hit]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  list.replaceChildren(
    ...sorted.slice(0, 40).map(([, , [kind, name, says, page]]) => {
      const item = element("li");
      const link = element("a", "", { href: root + page });
      link.append(element("span", kind, { class: "kind" }), element("span", name), element("span", says, { class: "says" }));
      item.append(link);
      return item;
    }),
  );
  if (words.length && !hits.length) list.append(element("li", "Nothing has this word."));
  list.hidden = !words.length;
}
box.addEventListener("input", search);
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && list.querySelector("a")) list.querySelector("a").click();
  if (event.key === "Escape") { box.value = ""; search(); }
});
list.addEventListener("click", () => { list.hidden = true; });

const { tables, columns, parents } = window.LINEAGE;
let children;

function childrenOf(place) {
  if (!children) {
    children = columns.map(() => []);
    parents.forEach((made, child) => made.forEach((one) => children[one].push(child)));
  }
  return children[place];
}

function label(place) {
  const [table, name] = columns[place];
  const made = element("span");
  const link = element("a", `${tables[table][0]}.${name}`, { href: `${root}${tables[table][1]}#${name}` });
  made.append(element("span", "", { class: `dot ${tables[table][2]}` }), link);
  return made;
}

// Two steps are open at once; the others open when they are asked for.
function tree(place, next, depth) {
  const made = element("ul");
  for (const one of next(place)) {
    const item = element("li");
    if (next(one).length) {
      const more = element("details");
      const head = element("summary");
      head.append(label(one));
      more.append(head);
      const fill = () => { if (more.children.length === 1) more.append(tree(one, next, depth - 1)); };
      if (depth > 1) { fill(); more.open = true; }
      more.addEventListener("toggle", fill);
      item.append(more);
    } else {
      item.append(label(one));
    }
    made.append(item);
  }
  return made;
}

function half(title, place, next, nothing) {
  const made = element("div");
  made.append(element("h3", title), next(place).length ? tree(place, next, 3) : element("p", nothing, { class: "small" }));
  return made;
}

// The landed columns at the end of all ways back.
function landed(place, seen = new Set()) {
  if (seen.has(place)) return [];
  seen.add(place);
  if (!tables[columns[place][0]][3]) return parents[place].flatMap((one) => landed(one, seen));
  return [place];
}

function trace(row, button) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) { row.nextElementSibling.remove(); return; }
  const place = columns.findIndex(([table, name]) => `${tables[table][0]}.${name}` === row.dataset.column);
  const cell = element("td", "", { colspan: row.children.length });
  const halves = element("div", "", { class: "halves" });
  halves.append(
    half("is made of", place, (one) => parents[one], "No column: it counts rows, is constant, or comes from what the build knows."),
    half("is used in", place, childrenOf, "No other column is made of it."),
  );
  cell.append(halves);
  const ends = parents[place].length ? landed(place) : [];
  if (ends.length) {
    const line = element("p", "It begins with what lands as: ", { class: "landed" });
    ends.forEach((one, position) => line.append(position ? ", " : "", label(one)));
    cell.append(line);
  }
  const added = element("tr", "", { class: "traced" });
  added.append(cell);
  row.after(added);
}
for (const row of document.querySelectorAll("tr[data-column]")) {
  const button = row.querySelector("button.trace");
  button.addEventListener("click", () => trace(row, button));
  if (location.hash === `#${row.id}`) trace(row, button);
}
for (const question of document.querySelectorAll("details.question")) {
  if (location.hash === `#${question.id}`) question.open = true;
}
