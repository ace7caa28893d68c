// The connection to the server, which comes back by itself and goes on after the
// last revision that was shown. The events are described in the Go package's doc.

const SILENCE = 25_000; // ms without an event (the server sends beats) after which it is dead
const RETRY = 1_000; // ms to wait before opening again
const HIDDEN = 10_000; // ms a page may be hidden before it lets its connection go

export class Stream {
  #url;
  #on; // state, hello, whole, changes: what to do with what comes
  #source = null;
  #last = ""; // id of the last revision that was shown
  #files = []; // what came since then
  #whole = false; // whether they are the whole tree
  #watchdog = 0;
  #retry = 0;
  #hide = 0;

  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    document.addEventListener("visibilitychange", () => this.#visibility());
  }

  open() {
    this.#close();
    const query = this.#last && `?last=${encodeURIComponent(this.#last)}`;
    const source = new EventSource(this.#url + query);
    this.#source = source;
    this.#listen(source, "hello", (data) => this.#hello(data));
    this.#listen(source, "reset", () => this.#begin(true));
    this.#listen(source, "files", (data) => this.#add(data));
    this.#listen(source, "rev", (data, id) => this.#commit(data, id));
    this.#listen(source, "beat", () => {});
    source.addEventListener("error", () => this.#lost(source));
    this.#alive();
  }

  #listen(source, type, act) {
    source.addEventListener(type, (e) => {
      this.#alive();
      act(JSON.parse(e.data), e.lastEventId);
    });
  }

  #hello(node) {
    this.#begin(false);
    this.#on.hello(node);
    this.#on.state("connected");
  }

  #begin(whole) {
    this.#files = [];
    this.#whole = whole;
  }

  #add(files) {
    for (const file of files) this.#files.push(file);
  }

  #commit(rev, id) {
    const show = this.#whole ? this.#on.whole : this.#on.changes;
    const files = this.#files;
    this.#begin(false);
    show(files, rev);
    this.#last = id;
  }

  // The browser opens again by itself after most errors, and gives up after some.
  #lost(source) {
    this.#on.state("reconnecting");
    if (source.readyState === EventSource.CLOSED) this.#again();
  }

  #again() {
    this.#close();
    this.#retry = setTimeout(() => this.open(), RETRY);
  }

  #alive() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#on.state("reconnecting");
      this.open();
    }, SILENCE);
  }

  #close() {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  // A browser has few connections for one host: a hidden page gives its own back.
  #visibility() {
    clearTimeout(this.#hide);
    if (document.hidden) {
      this.#hide = setTimeout(() => {
        this.#on.state("paused");
        this.#close();
      }, HIDDEN);
    } else if (!this.#source) {
      this.open();
    }
  }
}
