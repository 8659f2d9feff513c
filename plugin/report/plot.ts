/**
 * The plotting library: Observable Plot. The build puts what is used of it into this one file (245 KB), so that nobody
 * installs its 43 packages (5.6 MB) for a page that few people ask for. Others that draw without a browser are larger:
 * Vega 12 MB in 61 packages, ECharts 64 MB; so is a DOM for Node (linkedom 5.3 MB), in place of which
 * `svg-document.ts` stands.
 */
export { axisX, axisY, barX, gridY, plot, rect, rectY, ruleY, text } from "@observablehq/plot";
