/** The page: its controls, its one run, and what is shown once a frame. */

import {
  ballTexts, drawNumbers, fillBalls, makeBallFields, readDraw,
} from "./draw.js";
import {makeDrums, showDrums} from "./drums.js";
import {countAgain, elapsed, isRunning, left, newRun, speed} from "./run.js";
import {drawingPath, fetchBuyer, stream} from "./stream.js";
import {grouped} from "./text.js";
import {showBest, showTickets} from "./tickets.js";
import {makeTiers, showTiers} from "./tiers.js";

const PICTURE_MILLIS = 30; // between two updates: more of them would only cost rows
const CALM_MILLIS = 500; // the same, for those who want less motion

const element = id => document.getElementById(id);
const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
let winning = null; // the draw
let run = newRun({rows: "", rate: "", seed: ""}); // the one on display
let frame = 0; // id of the next one

prepare();

function prepare() {
  makeBallFields();
  makeTiers();
  makeDrums();
  fillControls(new URLSearchParams(location.search));
  prepareCurlLines();
  element("controls").addEventListener("input", showOwnCurlLine);
  element("controls").addEventListener("submit", start);
  element("rate").addEventListener("change", changeRate);
  element("stop").addEventListener("click", stop);
  element("go-on").addEventListener("click", goOn);
  element("keep").addEventListener("click", keepSeed);
  element("draw").addEventListener("input", changeDraw);
  element("draw-button").addEventListener("click", () => changeBalls(drawNumbers()));
  element("clear").addEventListener("click", () => changeBalls([]));
  winning = readDraw();
  show();
}

function start(event) {
  event.preventDefault();
  if (isRunning(run)) {
    return;
  }
  run = newRun(readControls());
  element("tickets").replaceChildren();
  streamRows("Streaming.");
}

/** The server need not remember the run: seed and row number say which tickets are missing. */
function goOn() {
  element("stop").focus(); // the button disappears, and the focus would go with it
  run.asked.rate = element("rate").value;
  streamRows(`Going on from row ${grouped(run.rows + 1)}.`);
}

function stop() {
  run.rateChanged = false;
  run.stop.abort();
}

/** This takes effect at once: the rows that are still to come are requested again. */
function changeRate() {
  if (isRunning(run)) {
    run.asked.rate = element("rate").value;
    run.rateChanged = true;
    run.stop.abort();
  }
}

async function streamRows(sentence) {
  say("running", sentence);
  putInAddress();
  const end = await stream(run, {
    winning: () => winning,
    partBegins: show,
    seedIsKnown: putInAddress, // if the server chose it, too: whoever opens it gets this run
  });
  say(end.state, end.sentence);
  show();
}

/** Only for the start and the end: a screen reader reads this aloud. */
function say(state, sentence) {
  run.state = state;
  element("status").dataset.state = state;
  element("status").textContent = sentence;
}

// ---- The draw ----

function changeBalls(balls) {
  fillBalls(balls);
  changeDraw();
}

function changeDraw() {
  winning = readDraw();
  countAgain(run, winning);
  showBuyerOfBest();
  putInAddress();
  show();
}

async function showBuyerOfBest() {
  if (run.tally.best !== null) {
    await fetchBuyer(run, run.tally.best);
    showBest(run, winning);
  }
}

// ---- Once a frame: what has come is shown ----

function show() {
  cancelAnimationFrame(frame);
  if (isRunning(run)) {
    frame = requestAnimationFrame(show);
    const pause = lessMotion.matches ? CALM_MILLIS : PICTURE_MILLIS;
    if (performance.now() - run.shown.at < pause) {
      return;
    }
  }
  showFigures();
  if (run.rows !== run.shown.rows || winning !== run.shown.winning) {
    showTickets(run, winning);
    showBest(run, winning);
    showTiers(run, winning);
    showDrums(run);
  }
  run.shown = {rows: run.rows, at: performance.now(), winning};
}

function showFigures() {
  const chosen = run.seed !== "" && run.asked.seed === ""; // by the server
  const canGoOn = !isRunning(run) && run.rows > 0 && run.rows < run.total;
  element("count").textContent = grouped(run.rows);
  element("asked").textContent = run.total > 0 ? "Rows, of " + grouped(run.total) : "Rows";
  element("progress").value = run.total > 0 ? run.rows / run.total : 0;
  element("speed").textContent = speed(run) === 0 ? "-" : grouped(speed(run));
  element("elapsed").textContent = run.seed === "" ? "-" : elapsed(run); // no stream, no time
  element("left").textContent = left(run);
  element("used-seed").textContent = run.seed || "-";
  element("chooser").textContent = chosen ? "Seed, chosen by the server" : "Seed";
  element("keep").hidden = !chosen;
  element("go-on").hidden = !canGoOn;
  element("go-on").textContent = `Go on from row ${grouped(run.rows + 1)}`;
  // "disabled" would lose the keyboard focus.
  element("start").setAttribute("aria-disabled", isRunning(run));
  element("stop").setAttribute("aria-disabled", !isRunning(run));
}

// ---- The controls, the address and the curl lines ----

function fillControls(given) {
  const rate = given.get("rate");
  const rates = [...element("rate").options].map(option => option.value);
  if (rate !== null && !rates.includes(rate)) {
    element("rate").add(new Option(rate + " a second", rate));
  }
  for (const [name, value] of given) {
    if (["rows", "rate", "seed"].includes(name)) {
      element(name).value = value;
    }
  }
  const numbers = (given.get("numbers") ?? "").match(/\d+/g) ?? [];
  fillBalls(numbers);
}

/** What was typed stays text: a seed can exceed 2^53, and the server says what it accepts. */
function readControls() {
  return {
    rows: element("rows").value.trim().replace(/(\d)[,_](?=\d{3})/g, "$1"), // 1,000 is 1000
    rate: element("rate").value,
    seed: element("seed").value.trim(),
  };
}

function keepSeed() {
  element("seed").value = run.seed;
  element("seed").focus();
  showOwnCurlLine();
}

/** Everything it takes to see the same again. */
function putInAddress() {
  const asked = run.state === "ready" ? readControls() : run.asked;
  const parts = new URLSearchParams({...asked, seed: run.seed || asked.seed});
  if (winning !== null) {
    parts.set("numbers", ballTexts().join(" "));
  }
  history.replaceState(null, "", "?" + parts);
}

function prepareCurlLines() {
  for (const line of document.querySelectorAll(".curl")) {
    const code = line.querySelector("code");
    code.textContent = code.textContent.replace("ORIGIN", location.origin);
    const button = document.createElement("button");
    button.textContent = "Copy";
    button.addEventListener("click", () => copy(code));
    line.append(button);
  }
  showOwnCurlLine();
}

function showOwnCurlLine() {
  element("own").textContent = `curl -sN "${location.origin}${drawingPath(readControls())}"`;
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    element("copied").textContent = "Copied: " + code.textContent;
  } catch { // without TLS, a page from another machine has no clipboard
    getSelection().selectAllChildren(code);
    element("copied").textContent = "Selected. Copy it with Ctrl-C.";
  }
}
