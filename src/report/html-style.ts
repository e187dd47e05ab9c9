/** Of the page. Colours are those of words too, so each has enough contrast with the ground in both schemes. */
export const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --raised: #f4f6f8; --ink: #1b1f24; --quiet: #57606a; --rule: #d0d7de;
  --good: #116329; --bad: #b3131f; --warn: #7d4e00; --busy: #0a58b8; --focus: #0a58b8; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0d1117; --raised: #161b22; --ink: #e6edf3; --quiet: #9aa4af; --rule: #30363d;
    --good: #56d364; --bad: #ff8e86; --warn: #e3b341; --busy: #79b8ff; --focus: #79b8ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem) 3rem; max-width: 90rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 0; font-size: 1.25rem; overflow-wrap: anywhere; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
h4 { margin: 0; font-size: 1rem; overflow-wrap: anywhere; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.summary { font-size: 1.15rem; font-weight: 600; }
.quiet, small { color: var(--quiet); font-size: .875rem; font-weight: 400; overflow-wrap: anywhere; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.statuses { margin: .75rem 0; padding: 0; list-style: none; }
.statuses li { padding: .125rem 0; overflow-wrap: anywhere; }
.status { display: inline-block; padding: 0 .4em; border: 1px solid currentColor; border-radius: .3em; color: var(--quiet);
  font-size: .8125rem; font-weight: 600; line-height: 1.4; }
.status.deleted, .status.gone { color: var(--good); }
.status.failed, .status.interrupted, .status.left { color: var(--bad); }
.status.waits, .status.unknown { color: var(--warn); }
.status.running { color: var(--busy); }
.cause { margin: .5rem 0; padding: .6rem .9rem; border: 1px solid var(--rule); border-left: .3rem solid var(--quiet);
  border-radius: .3rem; background: var(--raised); }
.cause.error { border-left-color: var(--bad); }
.cause.warning { border-left-color: var(--warn); }
.cause:target { outline: 2px solid var(--focus); }
pre { margin: .5rem 0; padding: .5rem .6rem; border-radius: .3rem; background: var(--ground); font: .8125rem/1.5 ui-monospace,
  SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
code { padding: 0 .25em; border-radius: .2em; background: var(--ground); font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo,
  Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
button { padding: .25rem .7rem; border: 1px solid var(--rule); border-radius: .3rem; background: var(--raised);
  color: var(--ink); font: inherit; cursor: pointer; }
.zoom { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem; margin-bottom: .5rem; }
.zoom button { min-width: 2.5rem; min-height: 2.25rem; }
.zoom output { min-width: 4.5rem; font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.scroller { overflow: auto; max-height: 80vh; border: 1px solid var(--rule); border-radius: .3rem; }
table { border-collapse: separate; border-spacing: 0; }
th, td { padding: .15rem .5rem; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: middle; }
th { position: sticky; left: 0; z-index: 1; width: 24rem; min-width: min(24rem, 55vw); max-width: min(24rem, 55vw);
  border-right: 1px solid var(--rule); background: var(--ground); font-weight: 400; overflow-wrap: anywhere; }
thead th, thead td { position: sticky; top: 0; z-index: 2; background: var(--raised); }
thead th { z-index: 3; font-weight: 600; }
tbody th { padding-left: 1.4rem; }
.head th { padding-left: .3rem; background: var(--raised); font-weight: 600; }
.head td { background: var(--raised); }
.track { width: var(--track, 40rem); min-width: var(--track, 40rem); padding: 0; }
.track svg { display: block; overflow: visible; }
.axis text { fill: var(--quiet); font-size: .75rem; font-variant-numeric: tabular-nums; }
.axis line { stroke: var(--rule); }
.fold { display: block; width: 100%; padding: .15rem .25rem; border: 0; background: none; text-align: left; font-weight: 600; }
.fold::before { content: "\\25B8"; content: "\\25B8" / ""; display: inline-block; width: 1em; color: var(--quiet); }
.fold[aria-expanded="true"]::before { content: "\\25BE"; content: "\\25BE" / ""; }
.bar { fill: var(--quiet); }
.bar.whole { fill: var(--rule); }
.bar.deleted, .bar.gone { fill: var(--good); }
.bar.failed, .bar.interrupted, .bar.left { fill: var(--bad); }
.bar.unknown, .bar.waits { fill: var(--warn); }
.bar.running { fill: var(--busy); }
.bar.open { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; fill-opacity: .6; }
a { color: var(--busy); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) { table { font-size: .9rem; } th { width: 55vw; } .fold { padding: .4rem .1rem; } }
@media print { .zoom { display: none; } .scroller { max-height: none; overflow: visible; } }
`;
