// One file's line: its name, revision and value, and on demand its whole value.

import { hexDump, printable, size } from "./value.js";

export function element(tag, className, text) {
  const el = document.createElement(tag);
  if (className) el.className = className;
  if (text !== undefined) el.textContent = text;
  return el;
}

export class Line {
  #file = {};
  #rev = element("span", "rev");
  #value = element("span", "value");
  #more = null; // the button for the whole value, where there is more than fits a line
  #whole = null; // the whole value, while it is open

  constructor(name, file) {
    this.name = name;
    this.element = element("li", "file");
    this.element.append(element("span", "name", name), " ", this.#rev, " ");
    this.element.append(element("span", "eq", "="), " ", this.#value);
    this.update(file);
  }

  // Shows file. It returns false if it is what was shown already.
  update(file) {
    const old = this.#file;
    if (old.rev === file.rev && old.len === file.len && old.text === file.text && old.hex === file.hex) return false;
    this.#file = file;
    this.#rev.textContent = `[${file.rev}]`;
    this.#showValue();
    this.#showMore();
    if (this.#whole) this.#load();
    return true;
  }

  #showValue() {
    const { text, hex } = this.#file;
    this.#value.classList.toggle("binary", text === undefined);
    if (text === undefined) {
      this.#value.textContent = hex.replace(/../g, "$& ").trimEnd();
    } else {
      this.#value.replaceChildren(...printable(text).map(([part, escaped]) => (escaped ? element("span", "esc", part) : part)));
    }
  }

  // A value that was cut, or has several lines, can be opened.
  #showMore() {
    const { text = "", cut = false, len } = this.#file;
    const needed = cut || text.trimEnd().includes("\n");
    this.#value.classList.toggle("cut", cut);
    if (needed && !this.#more) {
      this.#more = element("button", "more");
      this.#more.type = "button";
      this.#more.addEventListener("click", () => this.#toggle());
      this.#value.after(" ", this.#more);
    } else if (!needed && this.#more) {
      this.#close();
      this.#more.remove();
      this.#more = null;
    }
    if (this.#more) {
      this.#more.textContent = size(len);
      this.#more.title = "show the whole value";
      this.#more.setAttribute("aria-expanded", String(this.#whole !== null));
    }
  }

  #toggle() {
    if (this.#whole) {
      this.#close();
    } else {
      this.#whole = element("pre", "whole");
      this.#whole.tabIndex = 0; // so that its scrolling is there for the keyboard
      this.element.append(this.#whole);
      this.#load();
    }
    this.#more.setAttribute("aria-expanded", String(this.#whole !== null));
  }

  #close() {
    this.#whole?.remove();
    this.#whole = null;
  }

  async #load() {
    const { path, rev } = this.#file;
    let text;
    try {
      const answer = await fetch(`/value?path=${encodeURIComponent(path)}`);
      if (!answer.ok) throw new Error(await answer.text());
      text = decode(await answer.arrayBuffer());
    } catch (err) {
      text = `could not be read: ${err.message}`;
    }
    // By now it may have been closed, or have changed and be on its way again.
    if (this.#whole && this.#file.rev === rev) this.#whole.textContent = text;
  }
}

function decode(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text)) {
      return printable(text, "\n\t").map(([part]) => part).join("");
    }
  } catch {
    // Not text.
  }
  return hexDump(new Uint8Array(bytes));
}
