/* Charts: drawn as SVG with colours of the page, without eval; tips are set as text. */
(() => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const places = [...document.querySelectorAll("[data-chart]")];
  /* The page counts as loaded once its charts are drawn, so that whoever takes its picture or prints it then has them:
     a frame that is not closed yet keeps a page loading. */
  const loading = document.createElement("iframe");
  const done = () => {
    document.documentElement.dataset.charts = "drawn";
    if (loading.isConnected) loading.contentDocument.close();
    loading.remove();
  };
  if (!places.length) return done();
  loading.hidden = true;
  document.body.append(loading);
  if (loading.contentDocument) loading.contentDocument.open();
  else loading.remove(); // a page in a sandbox may touch no other document

  /* The library is packed, so that the page is small and painted before it is read. The policy knows its hash. */
  const unpacked = async () => {
    const script = document.createElement("script");
    script.textContent = await window.patronUnpacked("library");
    document.head.append(script);
    if (!window.vegaEmbed) throw new Error("charts are not allowed to run");
  };
  /* A browser without it shows the numbers instead. */
  const undrawn = (error) => {
    console.error(error);
    for (const place of places) {
      place.classList.add("undrawn");
      const numbers = place.closest("figure").querySelector(".more > details");
      if (numbers) numbers.open = true;
    }
    done();
  };

  const FONT = 'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Noto Sans TC", sans-serif';
  const config = {
    aria: false,
    background: null,
    font: FONT,
    padding: 0,
    view: { stroke: null },
    axis: {
      labelColor: "var(--ink-3)", titleColor: "var(--ink-3)", gridColor: "var(--line)", domainColor: "var(--line-2)",
      tickColor: "var(--line-2)", labelFontSize: 11, titleFontSize: 11, titleFontWeight: 400, labelPadding: 6, tickSize: 4,
    },
    mark: { invalid: "break-paths-show-path-domains" },
  };

  const tip = document.getElementById("tip");
  const hide = () => { tip.hidden = true; };
  const show = (_, event, item, value) => {
    const lines = value == null || !item || !item.datum ? null : item.datum.tip || (item.datum.datum && item.datum.datum.tip);
    if (!lines) return hide();
    tip.replaceChildren(...lines.map(([name, text]) => {
      const line = document.createElement("p");
      const label = document.createElement("span");
      label.textContent = name;
      line.append(label);
      if (text) {
        const bold = document.createElement("b");
        bold.textContent = text;
        line.append(bold);
      }
      return line;
    }));
    tip.hidden = false;
    const gap = 14;
    const { offsetWidth: w, offsetHeight: h } = tip;
    const left = event.clientX + gap + w > innerWidth ? event.clientX - gap - w : event.clientX + gap;
    const top = Math.min(Math.max(8, event.clientY - h / 2), innerHeight - h - 8);
    tip.style.transform = "translate(" + Math.max(8, left) + "px," + top + "px)";
  };

  const widthOf = (place) => {
    for (let node = place; node; node = node.parentElement) if (node.clientWidth > 40) return Math.floor(node === place ? node.clientWidth : Math.min(node.clientWidth - 40, 1120));
    return 640;
  };

  const sized = (spec, width) => {
    const copy = JSON.parse(JSON.stringify(spec));
    if (copy.aspect) {
      copy.height = Math.round(Math.min(width * copy.aspect, 460));
      copy.width = Math.round(copy.height / copy.aspect);
      delete copy.aspect;
      return copy;
    }
    if (!copy.width) {
      copy.width = width;
      copy.autosize = { type: "fit-x", contains: "padding" };
    }
    return copy;
  };

  const drawn = new WeakMap();
  const views = new Map();
  const draw = async (place) => {
    const width = widthOf(place);
    if (drawn.get(place) === width) return;
    drawn.set(place, width);
    const narrow = width < 480;
    const spec = sized(data.charts[place.dataset.chart], width);
    const axis = { ...config.axis, labelLimit: narrow ? 96 : 180 };
    const view = await window.vegaEmbed(place, spec, {
      mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false, tooltip: show,
      config: { ...config, axis }, formatLocale: data.locale.number, timeFormatLocale: data.locale.time,
      loader: { load: () => Promise.reject(new Error("charts load nothing")) },
    }).catch((error) => ({ error }));
    if (view.error) {
      drawn.delete(place);
      place.classList.add("undrawn");
      console.error(view.error);
      return;
    }
    place.querySelector("svg").setAttribute("aria-hidden", "true"); // the place itself says what it is
    place.classList.add("drawn");
    document.dispatchEvent(new Event("patron-drawn"));
    views.set(place, { view: view.view, width, fits: spec.autosize !== undefined });
  };

  /* Drawn anew for paper, so that its letters keep their size; at once, since printing does not wait. */
  const PAPER = 690;
  const onPaper = (place, width) => {
    const figure = place.closest("figure");
    const room = figure.clientWidth > 40 ? figure.clientWidth - 40 : width;
    return (figure.parentElement.matches(".pair") ? PAPER / 2 - 44 : PAPER - 36) * Math.min(1, width / room);
  };
  const resize = (widthOf) => {
    for (const [place, each] of views) if (each.fits) each.view.width(Math.round(widthOf(place, each.width))).run();
  };
  window.addEventListener("beforeprint", () => resize(onPaper));
  window.addEventListener("afterprint", () => resize((_, width) => width));

  const idle = (work) => {
    if (document.hidden || !window.requestIdleCallback) setTimeout(work, 16);
    else requestIdleCallback(work, { timeout: 100 });
  };
  const visible = (place) => place.offsetParent !== null && getComputedStyle(place).visibility !== "hidden";
  const queue = [...places.filter(visible), ...places.filter((place) => !visible(place))];
  const work = async () => {
    const place = queue.shift();
    if (!place) return done();
    await draw(place);
    idle(work);
  };
  const begin = () => setTimeout(() => unpacked().then(work).catch(undrawn));
  if (document.hidden) begin(); // it would not be painted first
  else requestAnimationFrame(begin);

  let waiting = 0;
  const again = () => { if (!window.vegaEmbed) return; clearTimeout(waiting); waiting = setTimeout(() => places.filter(visible).forEach(draw), 120); };
  if (window.ResizeObserver) {
    const watch = new ResizeObserver(again);
    places.forEach((place) => watch.observe(place));
  }
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
