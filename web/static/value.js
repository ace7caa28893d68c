// How values are written: pure functions.

const DUMP = 64 << 10; // bytes of a binary value that are written out

// Characters that cannot be seen, or that would change how their surroundings are
// read: controls, direction marks, line separators.
const HIDDEN = /([\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff])/u;

const SHORT = { "\n": "↵", "\t": "→", "\r": "\\r" };

// Splits text into [part, escaped] pairs: plain parts, and escapes for what cannot be seen,
// except the characters in keep.
export function printable(text, keep = "") {
  return text
    .split(HIDDEN)
    .map((part, i) => {
      if (i % 2 === 0) return [part, false];
      return keep.includes(part) ? [part, false] : [SHORT[part] ?? escape(part), true];
    })
    .filter(([part]) => part !== "");
}

function escape(char) {
  const code = char.charCodeAt(0);
  const digits = code < 0x100 ? 2 : 4;
  return (digits === 2 ? "\\x" : "\\u") + code.toString(16).padStart(digits, "0");
}

// A size in bytes, for people.
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

// Writes bytes as offset, hex digits and characters, sixteen a line.
export function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, DUMP); at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16));
    const hex = row.map((b) => b.toString(16).padStart(2, "0")).join(" ");
    const chars = row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : "·")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${chars}`);
  }
  if (bytes.length > DUMP) lines.push(`and ${size(bytes.length - DUMP)} more`);
  return lines.join("\n");
}
