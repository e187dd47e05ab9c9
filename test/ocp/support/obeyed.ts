/** Marks that nobody sees. */
export const HIDDEN = [
  ...["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"],
  ...["\u200e", "\u200f", "\u061c", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e"],
  ...["\u{e0001}", "\u{e0041}", "\ufe0f", "\u034f", "\u115f", "\u3164", "\uffa0", "\ufff9", "\u206a"],
];

/** What a CI system would do, were it printed. */
export const COMMANDS = [
  "##vso[task.setvariable variable=x]1",
  "##VSO[task.complete result=Succeeded;]",
  "##[error]all is well",
  "##[set-env name=x;]1",
  "##[add-mask]x",
  "###[group]x",
  "##teamcity[buildStatus status='SUCCESS']",
  "::error::all is well",
  "::set-output name=x::1",
  "::add-mask::x",
  "  ::stop-COMMANDS::pause",
  "section_start:1560896352:x",
  "Section_End:1560896352:x",
  "travis_fold:start:x",
];

export const OBEYED = /##[\w.-]*\[|::[a-z_].*::|section_(start|end):|travis_(fold|time):/i;
