/* Theme, copying and printing. */
(() => {
  "use strict";
  const { words } = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const said = document.getElementById("said");

  const byHand = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  window.patronCopy = async (text, button) => {
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch (_) { done = byHand(text); }
    if (!done) return;
    const before = button.textContent;
    button.textContent = said.textContent = words.copied;
    setTimeout(() => { button.textContent = before; said.textContent = ""; }, 1600);
  };

  const turn = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("patron-theme", root.dataset.theme); } catch (_) { /* none when opened from a file */ }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    if (button.dataset.do === "theme") turn();
    if (button.dataset.do === "print") window.print();
    if (button.dataset.do === "copy") window.patronCopy(button.closest(".sql").querySelector("code").textContent, button);
  });

  /* Folded sections are part of the report: they are printed; what lies behind numbers only when opened. */
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.section:not([open]), details.folded:not([open])")];
    folded.forEach((section) => { section.open = true; });
  });
  window.addEventListener("afterprint", () => folded.forEach((section) => { section.open = false; }));

  const late = document.querySelector("[data-until]");
  if (late && Date.now() > Date.parse(late.dataset.until)) late.hidden = false;

  const top = document.querySelector(".top");
  const context = document.querySelector(".context");
  const measure = () => {
    root.style.setProperty("--top", top.offsetHeight + "px");
    if (context.scrollWidth > context.clientWidth) context.tabIndex = 0;
    else context.removeAttribute("tabindex");
  };
  measure();
  if (window.ResizeObserver) new ResizeObserver(measure).observe(top);
})();
