/* The note is never lost: sealed on the server 300 ms after a pause, at once when the page goes, and the page says
   the truth about it.
   A save names the version it grew from; when another tab saved meanwhile, nothing is overwritten. */
(() => {
  "use strict";
  const PAUSE = 300, AGAIN = 2000, LOCKS_WITHIN = 1000;
  const notes = new Map();

  class Note {
    constructor(box) {
      this.box = box;
      this.address = box.dataset.draft;
      this.saw(Number(box.dataset.version));
      this.kept = box.value;
      this.since = 0;
      this.timer = 0;
      this.saving = false;
      this.filed = this.filedSoFar();
      this.sent = "";
      box.addEventListener("input", () => this.typed());
      this.part("joiner")?.addEventListener("click", () => this.join());
      this.part("adder")?.addEventListener("click", () => this.add());
    }

    part(name) { return document.getElementById(this.box.dataset[name]); }

    /* The save this text grew from; what is filed names it, so that another tab's words stay in the note. */
    saw(version) {
      this.version = version;
      const told = this.part("seen");
      if (told) told.value = String(version);
    }

    filedSoFar() { return Number(document.getElementById("note")?.dataset.filed || 0); }

    get dirty() { return this.box.value !== this.kept; }

    tell(text) {
      const where = this.part("status");
      if (where && where.textContent !== text) where.textContent = text;
    }

    typed() {
      this.offer();
      if (!this.since) this.since = Date.now();
      this.later(PAUSE);
    }

    later(wait) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), wait);
    }

    async save() {
      if (this.saving) { this.later(PAUSE); return; }
      if (!this.dirty) { this.since = 0; return; }
      const text = this.box.value;
      this.saving = true;
      try {
        const answer = await this.ask(text);
        const json = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
        if (answer.ok && json.version) this.saved(text, json);
        else if (json.code === "stale") await this.meet();
        else if ([401, 403].includes(answer.status)) await this.ended();
        else if (answer.status === 422) this.refused(json.detail);
        else this.failed();
      } catch {
        this.failed();
      } finally {
        this.saving = false;
      }
    }

    /* The save under way has its answer. */
    async answered() {
      while (this.saving) await new Promise((resolve) => { setTimeout(resolve, 20); });
    }

    /* What was typed since the save under way is saved too. */
    async flush() {
      await this.answered();
      await this.save();
    }

    ask(text) {
      const token = document.querySelector("meta[name=csrf-token]").content;
      const body = new URLSearchParams({ text, seen: String(this.version) });
      return fetch(this.address, { method: "POST", body, headers: { "X-CSRF-Token": token, Accept: "application/json" }, keepalive: text.length < 20000 });
    }

    saved(text, answer) {
      this.kept = text;
      this.saw(answer.version);
      this.since = this.dirty ? Date.now() : 0;
      this.tell(`${this.part("status")?.dataset.kept} ${answer.at}`);
      if (this.dirty) this.later(PAUSE);
    }

    failed() {
      this.tell(this.part("status")?.dataset.failed || "");
      this.later(AGAIN);
    }

    /* Too long, say: the same text would be refused again, so the next save waits for another one. */
    refused(why) { this.tell(`${this.part("status")?.dataset.failed}. ${why}`); this.since = 0; }

    async look() {
      const answer = await fetch(this.address, { headers: { Accept: "application/json" } });
      if (!answer.ok) return null;
      const other = await answer.json();
      this.trust(other.token);
      return other;
    }

    /* The session ended in mid-call: the text stays here, and is saved once somebody logged in again. */
    async ended() {
      this.failed();
      if (await this.look()) { this.later(PAUSE); return; }
      document.dispatchEvent(new CustomEvent("telesec:stopped", { detail: "login" }));
    }

    /* A new session has a new form token: every form of the page takes it. */
    trust(token) {
      const meta = document.querySelector("meta[name=csrf-token]");
      if (!token || meta.content === token) return;
      meta.content = token;
      document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": token }));
      for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
      document.dispatchEvent(new CustomEvent("telesec:going"));
    }

    /* Another tab saved: take its text where ours only grew from it, else let a human join both. */
    async meet() {
      const other = await this.look();
      if (!other) { this.failed(); return; }
      this.other = other;
      if (this.box.value === other.text || this.box.value.startsWith(other.text)) {
        this.saw(other.version);
        this.kept = other.text;
        this.later(0);
        return;
      }
      this.tell(this.part("status")?.dataset.both || "");
      const button = this.part("joiner");
      if (button) button.hidden = false;
    }

    join() {
      this.saw(this.other.version);
      this.kept = this.other.text;
      this.box.value = `${this.other.text}\n${this.box.value}`;
      this.part("joiner").hidden = true;
      this.typed();
    }

    /* What the questions found begins an urgent message nobody wrote in yet. Beside what somebody wrote it is only
       offered; cleared, it does not come back by itself. */
    propose() {
      const offered = this.part("proposal");
      const text = offered?.textContent || "";
      const untouched = !this.box.value.trim() || this.box.value === this.proposed;
      const begins = `${text}\n`;
      if (text && offered.hasAttribute("data-begins") && untouched && begins !== this.proposed) {
        this.proposed = begins;
        this.write(begins);
      }
      this.offer();
    }

    offer() {
      const text = this.part("proposal")?.textContent || "";
      const button = this.part("adder");
      if (button) button.hidden = !text || this.box.value.includes(text);
    }

    add() {
      const text = this.part("proposal")?.textContent || "";
      this.write(this.box.value.trim() ? `${this.box.value.trimEnd()}\n${text}` : text);
      this.box.focus();
      this.offer();
    }

    write(text) {
      this.box.value = text;
      this.since = Date.now();
      this.later(0);
    }

    async catchUp() {
      if (this.dirty || this.saving || !this.box.isConnected) return;
      const other = await this.look();
      if (!other || this.dirty || other.version <= this.version) return;
      this.take(other);
    }

    /* A message was filed from this note: what was sent is sealed now. What was typed since, or in another tab, is
       no part of it and stays. Taken back, it is here again. */
    settle() {
      const filed = this.filedSoFar();
      if (filed > this.filed && this.box.isConnected) this.letGo(this.sent);
      else if (filed < this.filed) this.takeBack();
      this.filed = filed;
      this.sent = "";
    }

    async letGo(sent) {
      if (this.saving) await this.answered();
      if (sent && this.box.value.startsWith(sent)) {
        this.box.value = this.box.value.slice(sent.length).trimStart();
        this.kept = "";
      }
      const other = await this.look();
      if (!other) { this.failed(); return; }
      if (this.dirty) { await this.meet(); return; }
      this.take(other);
      if (other.text) this.tell(this.part("status")?.dataset.both || "");
    }

    take(other) {
      clearTimeout(this.timer);
      this.box.value = this.kept = other.text;
      this.saw(other.version);
      this.since = 0;
      this.tell("");
      const button = this.part("joiner");
      if (button) button.hidden = true;
    }

    /* A message was taken back: its text is the note's again; what was written meanwhile is joined by a human. */
    async takeBack() {
      if (this.saving) await this.answered();
      const before = this.box.value;
      const other = await this.look();
      if (!other) { this.failed(); return; }
      if (this.box.value !== before || (this.dirty && before.trim())) { await this.meet(); return; }
      this.take(other);
    }

    second() {
      if (this.dirty && this.since && Date.now() - this.since > 1000 && !this.part("joiner")?.checkVisibility?.()) {
        this.tell(`${this.part("status")?.dataset.typing} ${Math.round((Date.now() - this.since) / 1000)}\u202fs`);
      }
    }
  }

  function take() {
    for (const box of document.querySelectorAll("textarea[data-note]")) {
      if (notes.get(box.id)?.box !== box) notes.set(box.id, new Note(box));
    }
    for (const note of notes.values()) {
      note.settle();
      if (note.box.isConnected) note.propose();
      if (note.dirty && note.box.isConnected) note.later(PAUSE);
    }
  }

  /* The page goes behind the lock: what the note holds unsaved goes along. */
  document.addEventListener("telesec:locked", (event) => {
    for (const note of notes.values()) {
      if (!note.dirty || !note.box.isConnected) continue;
      event.detail.push(["call_note", note.box.value], ["call_note_seen", String(note.version)]);
      note.kept = note.box.value;
    }
  });

  /* What is being sent needs no save of its own; refused, it is saved after. */
  document.addEventListener("submit", (event) => {
    for (const note of notes.values()) {
      if (note.box.form !== event.target) continue;
      clearTimeout(note.timer);
      note.sent = note.box.value;
    }
  });
  /* A locked session takes no draft: what is typed is saved first, and the lock waits for that a second at most. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-locks]")) return;
    const unsaved = [...notes.values()].filter((note) => note.box.isConnected && (note.dirty || note.saving));
    if (!unsaved.length) return;
    event.preventDefault();
    const late = new Promise((resolve) => { setTimeout(resolve, LOCKS_WITHIN); });
    Promise.race([Promise.all(unsaved.map((note) => note.flush())), late]).then(() => form.submit());
  });
  document.addEventListener("DOMContentLoaded", take);
  document.addEventListener("telesec:page", take);
  document.addEventListener("visibilitychange", () => {
    for (const note of notes.values()) {
      if (document.hidden) note.save();
      else note.catchUp();
    }
  });
  window.addEventListener("focus", () => { for (const note of notes.values()) note.catchUp(); });
  setInterval(() => { for (const note of notes.values()) note.second(); }, 1000);
  window.addEventListener("beforeunload", (event) => {
    const unsaved = [...notes.values()].filter((note) => note.dirty);
    for (const note of unsaved) note.save();
    if (unsaved.length) event.preventDefault();
  });
})();
