import { type Place, Run, type RunOptions } from "./place.js";

/** Ten at a time, as Terraform runs them. */
export function fiveHundred(place: Place, options: RunOptions = {}): Run {
  const proxies = place.keys.slice(1);
  const events = new Run(place.hooks, options);
  for (let start = 0; start < 490; start += 10) {
    events.deletes(String(900 + start), proxies.slice(start, start + 10), { steps: 40 });
  }

  return events.deletes("1400", proxies.slice(490, 499)).fails("1410", proxies.slice(499));
}
