/* Tables: sort, filter, page and copy from the data block. Texts are only ever set as text. */
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const say = (text, parts) => text.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const collator = new Intl.Collator(document.documentElement.lang || "en", { numeric: true, sensitivity: "base" });
  const FORMULA = /^(?:[\t\r\n\0]|[\s"'\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
  const MOST_PRINTED = 500;

  class Table {
    constructor(box, table) {
      this.box = box;
      this.table = table;
      this.body = box.querySelector("tbody");
      this.heads = [...box.querySelectorAll("thead th")];
      this.find = box.querySelector(".find");
      this.where = box.querySelector(".where");
      this.plainRows = table.rows.map((_, row) => row).filter((row) => !table.kinds[row]);
      this.fixedRows = table.rows.map((_, row) => row).filter((row) => table.kinds[row]);
      this.shown = this.plainRows;
      this.page = 0;
      this.sorted = null;
      box.addEventListener("click", (event) => this.click(event));
      if (this.find) this.find.addEventListener("input", () => { this.page = 0; this.arrange(); });
    }

    copy(button) {
      window.patronCopy(this.asText(), button);
    }

    click(event) {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.classList.contains("sort")) this.sort(Number(button.dataset.column));
      else if (button.dataset.do === "next") this.turn(1);
      else if (button.dataset.do === "previous") this.turn(-1);
      else if (button.dataset.do === "copy-rows") this.copy(button);
    }

    /* First click: numbers from the largest, texts from A; then the other way; then as it was. */
    sort(column) {
      const first = this.table.numbers[column] ? "descending" : "ascending";
      const second = first === "descending" ? "ascending" : "descending";
      const now = this.sorted && this.sorted.column === column ? this.sorted.way : null;
      const way = now === null ? first : now === first ? second : null;
      this.sorted = way && { column, way };
      this.heads.forEach((head, number) => {
        if (way && number === column) head.setAttribute("aria-sort", way);
        else head.removeAttribute("aria-sort");
      });
      this.page = 0;
      this.arrange();
    }

    arrange() {
      const asked = this.find ? this.find.value.trim().toLowerCase() : "";
      const { rows } = this.table;
      this.shown = asked ? this.plainRows.filter((row) => rows[row].some((text) => text.toLowerCase().includes(asked))) : [...this.plainRows];
      if (this.sorted) this.shown.sort(this.compare(this.sorted.column, this.sorted.way === "descending" ? -1 : 1));
      this.draw();
    }

    /* Missing values stay last whichever way. */
    compare(column, way) {
      const { rows, exact, numbers, states } = this.table;
      const keys = exact[column];
      const missing = (row) => (keys ? keys[row] === "" : rows[row][column] === "" || states[row + "," + column]);
      return (a, b) => {
        const [noA, noB] = [missing(a), missing(b)];
        if (noA || noB) return noA && noB ? a - b : noA ? 1 : -1;
        const found = keys && numbers[column] ? Number(keys[a]) - Number(keys[b])
          : keys ? (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0)
          : collator.compare(rows[a][column], rows[b][column]);
        return found * way || a - b;
      };
    }

    turn(step) {
      this.page += step;
      this.draw();
    }

    draw(all) {
      const size = this.table.perPage;
      const start = all ? 0 : this.page * size;
      const rows = all ? this.shown.slice(0, MOST_PRINTED) : this.shown.slice(start, start + size);
      const lines = [...rows, ...(this.find && this.find.value ? [] : this.fixedRows)].map((row) => this.line(row));
      if (!rows.length) lines.unshift(this.nothing());
      this.body.replaceChildren(...lines);
      this.tell(start, rows.length);
    }

    line(row) {
      const line = document.createElement("tr");
      if (this.table.kinds[row]) line.className = "sum";
      this.table.rows[row].forEach((text, column) => {
        const cell = document.createElement("td");
        cell.className = this.heads[column].className;
        this.fill(cell, text, row, column);
        line.append(cell);
      });
      return line;
    }

    fill(cell, text, row, column) {
      const state = this.table.states[row + "," + column];
      const tones = this.table.tones[column];
      if (!state && !(tones && tones[row])) {
        cell.textContent = text;
        return;
      }
      const inner = document.createElement("span");
      inner.textContent = text;
      if (state) {
        inner.className = "state";
        inner.dataset.state = state[0];
        if (state[1] !== text) inner.title = state[1];
        if (state[0] === "expired") inner.textContent = text + " *";
      } else inner.className = "change " + tones[row];
      cell.append(inner);
    }

    nothing() {
      const line = document.createElement("tr");
      const cell = document.createElement("td");
      cell.colSpan = this.heads.length;
      cell.className = "no-match";
      cell.textContent = words.no_match;
      line.append(cell);
      return line;
    }

    tell(start, count) {
      if (this.where) {
        const filtered = this.shown.length < this.plainRows.length;
        const parts = { a: count ? start + 1 : 0, b: start + count, n: this.shown.length, all: this.plainRows.length };
        const told = [
          this.plainRows.length > this.table.perPage ? say(words.rows, parts) : "",
          filtered ? say(words.rows_found, parts) : "",
        ];
        this.where.textContent = told.filter(Boolean).join(" · ");
      }
      const button = (what) => this.box.querySelector("[data-do=" + what + "]");
      const [previous, next] = [button("previous"), button("next")];
      if (previous) previous.disabled = this.page === 0;
      if (next) next.disabled = start + count >= this.shown.length;
    }

    /* For a spreadsheet: exact numbers, inert texts, all rows that match. */
    asText() {
      const { rows, exact } = this.table;
      const quiet = (text) => (FORMULA.test(text) ? "'" : "") + text.replace(/[\t\r\n]+/g, " ");
      const value = (row, column) => (exact[column] ? exact[column][row] : quiet(rows[row][column]));
      const head = this.table.heads.map(quiet).join("\t");
      const fixed = this.find && this.find.value ? [] : this.fixedRows;
      return [head, ...[...this.shown, ...fixed].map((row) => rows[row].map((_, c) => value(row, c)).join("\t"))].join("\n");
    }

    print() {
      if (this.plainRows.length <= this.table.perPage) return;
      this.draw(true);
      if (this.shown.length > MOST_PRINTED && this.where) this.where.textContent = say(words.print_more, { shown: MOST_PRINTED, n: this.shown.length });
    }
  }

  const tables = [...document.querySelectorAll("[data-table]")]
    .filter((box) => data.tables[box.dataset.table])
    .map((box) => new Table(box, data.tables[box.dataset.table]));
  const named = new Map(tables.map((table) => [table.box.dataset.table, table]));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) named.get(button.dataset.copy).copy(button);
  });
  window.addEventListener("beforeprint", () => tables.forEach((table) => table.print()));
  window.addEventListener("afterprint", () => tables.forEach((table) => table.draw()));
})();
