/** The style of the report: light and dark as the reader's system is, on any width. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --text: #1d1f23; --soft: #6a6f78; --line: #e7e7e2; --axis: #b9bbb6;
  --track: #f0f0ec; --shadow: 0 1px 2px rgb(20 20 30 / 5%), 0 6px 20px rgb(20 20 30 / 4%);
  --series-1: #3a6fd8; --series-2: #e2892b; --series-3: #2b9d7c; --series-4: #b8509c; --series-5: #7b66d4;
  --series-6: #c9553f; --series-more: #a2a7ae;
  --heat-0: #ececE7; --heat-1: #cfe0fb; --heat-2: #9dc0f5; --heat-3: #669aeb; --heat-4: #3a6fd8; --heat-5: #204aa3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131417; --card: #1c1e22; --text: #e9eaec; --soft: #989ea8; --line: #2c2f35; --axis: #50555e;
    --track: #26292e; --shadow: 0 0 0 1px rgb(255 255 255 / 4%);
    --series-1: #6c9cf3; --series-2: #f0a95a; --series-3: #4fc3a0; --series-4: #da80c4; --series-5: #a593f2;
    --series-6: #ea8069; --series-more: #7b818b;
    --heat-0: #26292e; --heat-1: #1f3563; --heat-2: #2a4d94; --heat-3: #3d6cc6; --heat-4: #6c9cf3; --heat-5: #b0ccff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 40px 20px 56px; }
header { margin-bottom: 24px; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 6px; }
h2 { font-size: 16px; margin: 0; letter-spacing: -0.005em; }
p { margin: 0; }
.soft { color: var(--soft); }
.tiles { display: grid; gap: 14px; grid-template-columns: repeat(4, minmax(0, 1fr)); margin: 0 0 14px; }
.tile, section { background: var(--card); border-radius: 14px; box-shadow: var(--shadow); padding: 18px 20px; }
.tile dt { color: var(--soft); font-size: 13px; }
.tile dd { margin: 2px 0 0; }
.tile .figure { font-size: 28px; font-weight: 650; letter-spacing: -0.025em; line-height: 1.2; }
.tile small { color: var(--soft); font-size: 13px; display: block; }
section { margin-bottom: 14px; container-type: inline-size; }
.pair { display: grid; gap: 14px; align-items: start; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.head { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: baseline; justify-content: space-between; margin-bottom: 12px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; list-style: none; margin: 0; padding: 0; font-size: 13px; color: var(--soft); }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.heat { display: flex; gap: 3px; align-items: center; font-size: 12px; color: var(--soft); }
.heat .swatch { margin: 0; }
.heat .swatch:first-of-type { margin-left: 4px; }
.heat .swatch:last-of-type { margin-right: 4px; }
.chart svg { display: none; width: 100%; height: auto; font-size: 12px; font-family: inherit; font-variant-numeric: tabular-nums; }
.chart svg text { white-space: pre; }
.chart svg rect:hover { filter: brightness(1.12) saturate(1.1); }
.chart [aria-label$="tick label"] { fill: var(--soft); }
.chart [aria-label$="axis tick"] { stroke: var(--axis); }
.widths-3 .width-2, .widths-2 .width-1 { display: block; }
@container (min-width: 500px) {
  .widths-3 .width-2 { display: none; } .widths-3 .width-1 { display: block; }
}
@container (min-width: 860px) {
  .widths-3 .width-1 { display: none; } .widths-3 .width-0 { display: block; }
}
@container (min-width: 420px) {
  .widths-2 .width-1 { display: none; } .widths-2 .width-0 { display: block; }
}
details { margin-top: 12px; font-size: 14px; }
summary { cursor: pointer; color: var(--soft); font-size: 13px; }
summary:hover { color: var(--text); }
.scroll { overflow-x: auto; margin-top: 8px; max-height: 460px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 5px 0 5px 16px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 500; font-size: 13px; }
th:first-child, td:first-child { text-align: left; padding-left: 0; white-space: normal; min-width: 130px; }
tfoot td { font-weight: 600; border-bottom: 0; }
footer { color: var(--soft); font-size: 13px; margin-top: 22px; display: grid; gap: 2px; }
.empty { padding: 48px 20px; text-align: center; }
@media (max-width: 760px) {
  main { padding: 24px 12px 40px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .pair { grid-template-columns: minmax(0, 1fr); gap: 0; }
  .tile, section { padding: 14px 16px; border-radius: 12px; }
  .tile .figure { font-size: 23px; }
}
@media print {
  body { background: none; } .tile, section { box-shadow: none; border: 1px solid var(--line); break-inside: avoid; }
}
`;
