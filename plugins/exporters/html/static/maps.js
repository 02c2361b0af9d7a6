/* Maps: closer and farther by buttons, by the keys + - 0 and arrows, by a double click, and by dragging. */
(() => {
  "use strict";
  const CLOSEST = 12;
  const STEP = 1.6;

  class View {
    constructor(figure) {
      this.place = figure.querySelector(".map");
      this.buttons = [...figure.querySelectorAll("[data-zoom]")];
      this.zoom = 1;
      this.x = this.y = 0.5;
      figure.addEventListener("click", (event) => this.click(event));
      this.place.tabIndex = 0;
      this.place.addEventListener("keydown", (event) => this.key(event));
      this.place.addEventListener("dblclick", (event) => this.closer(event));
      this.place.addEventListener("pointerdown", (event) => this.drag(event));
      this.show();
    }

    get svg() {
      return this.place.querySelector("svg");
    }

    to(zoom, x, y) {
      this.zoom = Math.min(Math.max(zoom, 1), CLOSEST);
      const half = 0.5 / this.zoom;
      [this.x, this.y] = [x, y].map((at) => Math.min(Math.max(at, half), 1 - half));
      this.show();
    }

    show() {
      const svg = this.svg;
      if (svg) {
        const [w, h] = [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
        const [vw, vh] = [w / this.zoom, h / this.zoom];
        svg.setAttribute("viewBox", [this.x * w - vw / 2, this.y * h - vh / 2, vw, vh].join(" "));
      }
      this.place.style.setProperty("--zoom", this.zoom);
      this.place.classList.toggle("zoomed", this.zoom > 1);
      for (const button of this.buttons) button.disabled = button.dataset.zoom === "closer" ? this.zoom >= CLOSEST : this.zoom <= 1;
    }

    click(event) {
      const button = event.target.closest("[data-zoom]");
      if (button) this.by(button.dataset.zoom);
    }

    by(way) {
      if (way === "whole") this.to(1, 0.5, 0.5);
      else this.to(this.zoom * (way === "closer" ? STEP : 1 / STEP), this.x, this.y);
    }

    key(event) {
      const ways = { "+": "closer", "=": "closer", "-": "farther", 0: "whole" };
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in ways) this.by(ways[event.key]);
      else if (event.key in moves && this.zoom > 1) {
        const [dx, dy] = moves[event.key];
        this.to(this.zoom, this.x + (dx * 0.2) / this.zoom, this.y + (dy * 0.2) / this.zoom);
      } else return;
      event.preventDefault();
    }

    /* Where in the map a pointer is, as parts of its width and height. */
    at(event) {
      const box = this.svg.getBoundingClientRect();
      return [(event.clientX - box.left) / box.width - 0.5, (event.clientY - box.top) / box.height - 0.5];
    }

    closer(event) {
      const [dx, dy] = this.at(event);
      const ahead = 1 / this.zoom - 1 / (this.zoom * STEP);
      this.to(this.zoom * STEP, this.x + dx * ahead, this.y + dy * ahead);
    }

    drag(event) {
      if (this.zoom <= 1 || event.button) return;
      const [startX, startY] = this.at(event);
      const [x, y] = [this.x, this.y];
      const move = (next) => {
        const [dx, dy] = this.at(next);
        this.to(this.zoom, x - (dx - startX) / this.zoom, y - (dy - startY) / this.zoom);
      };
      const end = () => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
    }
  }

  const views = [...document.querySelectorAll("figure")].filter((figure) => figure.querySelector(".map")).map((figure) => new View(figure));
  document.addEventListener("patron-drawn", () => views.forEach((view) => view.show()));
  addEventListener("beforeprint", () => views.forEach((view) => view.to(1, 0.5, 0.5)));
})();
