/** The figures of a run, and the buttons that can be pressed now. */

import {element} from "./browser.js";
import {elapsed, isRunning, remaining, speed} from "./run.js";
import {grouped} from "./text.js";

export function showFigures(run) {
  const chosen = run.seed !== "" && run.asked.seed === ""; // by the server
  const canGoOn = !isRunning(run) && run.rowsReceived > 0 && run.rowsReceived < run.rowsAsked;
  element("count").textContent = grouped(run.rowsReceived);
  element("asked").textContent = run.rowsAsked > 0 ? "Rows, of " + grouped(run.rowsAsked) : "Rows";
  element("progress").value = run.rowsAsked > 0 ? run.rowsReceived / run.rowsAsked : 0;
  element("speed").textContent = speed(run) === 0 ? "-" : grouped(speed(run));
  element("elapsed").textContent = run.seed === "" ? "-" : elapsed(run); // no stream, no time
  element("remaining").textContent = remaining(run);
  element("used-seed").textContent = run.seed || "-";
  element("chooser").textContent = chosen ? "Seed, chosen by the server" : "Seed";
  element("keep").hidden = !chosen;
  element("go-on").hidden = !canGoOn;
  element("go-on").textContent = `Go on from row ${grouped(run.rowsReceived + 1)}`;
  // "disabled" would lose the keyboard focus.
  element("start").setAttribute("aria-disabled", isRunning(run));
  element("stop").setAttribute("aria-disabled", !isRunning(run));
}
