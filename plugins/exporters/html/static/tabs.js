/* Tabs: click or arrow keys; the open tab is kept in the address, and the way back goes through those that were clicked. */
(() => {
  "use strict";
  const isOpen = (tab) => tab.getAttribute("aria-selected") === "true";
  const open = (tab, focus) => {
    const list = tab.closest("[role=tablist]");
    for (const other of list.querySelectorAll("[role=tab]")) {
      const chosen = other === tab;
      other.setAttribute("aria-selected", String(chosen));
      other.tabIndex = chosen ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).toggleAttribute("data-open", chosen);
    }
    if (focus) tab.focus();
    tab.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const keep = (how, tab) => {
    try { history[how](null, "", "#" + tab.getAttribute("aria-controls")); } catch (_) { /* not allowed in every frame */ }
  };
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  for (const list of document.querySelectorAll("[role=tablist]")) {
    const tabs = [...list.querySelectorAll("[role=tab]")];
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (!tab || isOpen(tab)) return;
      open(tab, false);
      keep("pushState", tab);
    });
    list.addEventListener("keydown", (event) => {
      const here = tabs.indexOf(document.activeElement);
      if (here < 0) return;
      let next = null;
      if (event.key in steps) next = (here + steps[event.key] + tabs.length) % tabs.length;
      else if (event.key === "Home") next = 0;
      else if (event.key === "End") next = tabs.length - 1;
      if (next === null) return;
      event.preventDefault();
      open(tabs[next], true);
      keep("replaceState", tabs[next]);
    });
  }
  const decoded = (name) => { try { return decodeURIComponent(name); } catch (_) { return name; } };
  const reveal = () => {
    const name = decoded(location.hash.slice(1));
    const target = name ? document.getElementById(name) : document.querySelector("[role=tabpanel]");
    for (let node = target; node; node = node.parentElement) {
      if (node.getAttribute("role") === "tabpanel") open(document.getElementById(node.getAttribute("aria-labelledby")), false);
      if (node.tagName === "DETAILS") node.open = true;
    }
  };
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
