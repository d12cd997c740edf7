/** The address of the page, which holds all that it takes to see the same again. */

import {tryTo} from "./browser.js";

const PAUSE_MILLIS = 400; // one browser throws at the 101st change in 30 seconds

let changedAt = -Infinity;
let timer = 0;

/** Takes the parts of the query. If the address has just been changed, it waits a little. */
export function putInAddress(parts) {
  clearTimeout(timer);
  const wait = changedAt + PAUSE_MILLIS - performance.now();
  if (wait > 0) {
    timer = setTimeout(putInAddress, wait, parts);
    return;
  }
  changedAt = performance.now();
  tryTo(() => history.replaceState(null, "", "?" + parts));
}
