"""Charts as Vega-Lite specs: plain values, colours by name, drawn by the page."""
