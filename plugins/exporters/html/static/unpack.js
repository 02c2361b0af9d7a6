/* What is long stands packed in an element of its own, and is read when it is needed. */
window.patronUnpacked = async (id) => {
  "use strict";
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
};
