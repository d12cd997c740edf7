/** The figures of a run, and the buttons that can be pressed now. */

import {element} from "./browser.js";
import {grouped} from "./text.js";

export function showFigures(run) {
  const chosen = run.seed !== "" && run.asked.seed === ""; // by the server
  const canGoOn = !run.isRunning() && run.rowsReceived > 0 && run.rowsReceived < run.rowsAsked;
  element("count").textContent = grouped(run.rowsReceived);
  element("asked").textContent = run.rowsAsked > 0 ? "Rows, of " + grouped(run.rowsAsked) : "Rows";
  element("progress").value = run.rowsAsked > 0 ? run.rowsReceived / run.rowsAsked : 0;
  element("speed").textContent = run.speed() === 0 ? "-" : grouped(run.speed());
  element("elapsed").textContent = run.seed === "" ? "-" : run.elapsed(); // no stream, no time
  element("remaining").textContent = run.remaining();
  element("used-seed").textContent = run.seed || "-";
  element("chooser").textContent = chosen ? "Seed, chosen by the server" : "Seed";
  element("keep").hidden = !chosen;
  element("go-on").hidden = !canGoOn;
  element("go-on").textContent = `Go on from row ${grouped(run.rowsReceived + 1)}`;
  // "disabled" would lose the keyboard focus.
  element("start").setAttribute("aria-disabled", run.isRunning());
  element("stop").setAttribute("aria-disabled", !run.isRunning());
}
