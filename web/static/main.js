// The page: a stream of changes in, a tree out.

import { Stream } from "./stream.js";
import { Tree } from "./tree.js";

const byId = (id) => document.getElementById(id);
const tree = new Tree();

function plural(n, word) {
  return `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
}

function showState(state) {
  const el = byId("state");
  el.dataset.state = state;
  el.textContent = state;
  document.body.classList.toggle("stale", state !== "connected");
}

function showNode({ name, id }) {
  byId("cluster").textContent = name;
  byId("node").textContent = id;
  document.title = name ? `${name} · Doozer` : "Doozer";
}

function showRevision(rev) {
  byId("count").textContent = plural(tree.size, "file");
  byId("rev").textContent = `rev ${rev}`;
  byId("empty").hidden = tree.hasFilesOfUsers();
  // Filled before it is shown, the first tree is laid out once.
  if (!tree.root.isConnected) byId("main").append(tree.root);
}

new Stream("/events", {
  state: showState,
  hello: showNode,
  whole(files, rev) {
    tree.replace(files);
    showRevision(rev);
  },
  changes(files, rev) {
    tree.apply(files);
    showRevision(rev);
  },
}).open();
