/* The SQL of a figure: put in its place when somebody opens what is behind the numbers. */
(() => {
  "use strict";
  let read = null;
  const queries = () => (read ||= window.patronUnpacked("queries").then((text) => JSON.parse(text).queries));
  document.addEventListener("toggle", async (event) => {
    const place = event.target.open && event.target.querySelector(".sql[data-query]");
    if (!place) return;
    const code = place.querySelector("code");
    if (!code.textContent) code.textContent = (await queries())[place.dataset.query];
  }, true);
})();
