// The tree of files, and its nested lists in the document. A directory is there
// as long as it has entries. Entries are in byte order, which for the
// characters of a path is the order of JavaScript strings.

import { Line, element } from "./line.js";

const MANY = 100; // changes at once, above which only lines in view flash: animations are dear

class Dir {
  constructor(name) {
    this.name = name;
    this.names = []; // sorted
    this.entries = new Map(); // name to Dir or Line
    this.list = element("ul");
    this.element = element("li", "dir");
    this.element.append(element("div", "name", `${name}/`), this.list);
  }

  add(entry) {
    const at = this.#place(entry.name);
    const next = this.entries.get(this.names[at]);
    this.names.splice(at, 0, entry.name);
    this.entries.set(entry.name, entry);
    this.list.insertBefore(entry.element, next ? next.element : null);
  }

  remove(name) {
    this.entries.get(name).element.remove();
    this.entries.delete(name);
    this.names.splice(this.#place(name), 1);
  }

  // The number of names before this one.
  #place(name) {
    let low = 0;
    let high = this.names.length;
    if (high > 0 && this.names[high - 1] < name) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.names[middle] < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Tree {
  #top = new Dir("");
  #lines = new Map(); // path to Line
  #changed = []; // lines to flash

  constructor() {
    this.root.addEventListener("animationend", (e) => e.target.classList.remove("flash"));
  }

  get root() {
    return this.#top.list;
  }

  get size() {
    return this.#lines.size;
  }

  // Whether there is more than the cluster's own files.
  hasFilesOfUsers() {
    return this.#top.names.some((name) => name !== "ctl");
  }

  // Makes the tree consist of these files, leaving alone what is the same. The
  // first tree does not flash: nothing in it is news.
  replace(files) {
    const first = this.size === 0 && !this.root.isConnected;
    const kept = new Set(files.map((file) => file.path));
    for (const path of this.#lines.keys()) {
      if (!kept.has(path)) this.#delete(path);
    }
    for (const file of files) this.#set(file);
    if (first) this.#changed = [];
    this.#flash();
  }

  // Applies changes; the server sends deletions before all else.
  apply(files) {
    for (const file of files) {
      if (file.del) this.#delete(file.path);
      else this.#set(file);
    }
    this.#flash();
  }

  #set(file) {
    let line = this.#lines.get(file.path);
    if (line) {
      if (!line.update(file)) return;
    } else {
      const names = file.path.split("/").slice(1);
      line = new Line(names.at(-1), file);
      this.#parent(names).add(line);
      this.#lines.set(file.path, line);
    }
    this.#changed.push(line.element);
  }

  // The directory of a path, made where it is missing.
  #parent(names) {
    let dir = this.#top;
    for (const name of names.slice(0, -1)) {
      let next = dir.entries.get(name);
      if (!next) {
        next = new Dir(name);
        dir.add(next);
      }
      dir = next;
    }
    return dir;
  }

  // Takes a file away, and the directories that are empty without it.
  #delete(path) {
    if (!this.#lines.delete(path)) return;
    const names = path.split("/").slice(1);
    const dirs = [this.#top];
    for (const name of names.slice(0, -1)) dirs.push(dirs.at(-1).entries.get(name));
    for (let i = dirs.length - 1; i >= 0; i--) {
      dirs[i].remove(names[i]);
      if (dirs[i].names.length > 0) return;
    }
  }

  // Starts the flash of the changed lines, anew for those that still flash. It
  // needs a layout in between, one for all of them.
  #flash() {
    let changed = this.#changed;
    this.#changed = [];
    if (changed.length > MANY) changed = changed.filter(inView);
    const again = changed.filter((el) => el.classList.contains("flash"));
    for (const el of again) el.classList.remove("flash");
    if (again.length > 0) void this.root.offsetWidth;
    for (const el of changed) el.classList.add("flash");
  }
}

function inView(el) {
  const { top, bottom } = el.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}
