/** The bars: how often each number of a drum came up, and how far that is from what is expected. */

import {element} from "./browser.js";
import {POWERBALLS, WHITE_BALLS, WHITE_BALLS_DRAWN} from "./rules.js";
import {grouped, signed, times} from "./text.js";

const DEVIATION_ROWS = 20_000; // from here on, bars of counts would all look the same
const SHADED_DEVIATIONS = 2; // standard deviations: 19 of 20 numbers should lie within
const OUTSIDE_SHARE = 0.0455; // of a normal distribution lies beyond two
const PLOTTED_DEVIATIONS = 3; // or more, if a number is further out

export function makeDrums() {
  makeBars("white", WHITE_BALLS, 10);
  makeBars("red", POWERBALLS, 5);
}

function makeBars(id, balls, step) {
  const bars = element(id).querySelector(".bars");
  for (let ball = 1; ball <= balls; ball++) {
    const item = document.createElement("li");
    const even = ball % step === 0 && balls - ball > step / 2; // not too close to the last one
    item.tabIndex = ball === 1 ? 0 : -1; // one tab stop for all: the arrow keys lead on
    const column = item.appendChild(makeSpan("column"));
    column.dataset.tick = ball === 1 || ball === balls || even ? ball : "";
    column.append(makeSpan("bar"));
    item.append(makeSpan("value")); // in words, also for those who cannot see the bar
    bars.append(item);
  }
  bars.addEventListener("keydown", moveAlongBars);
}

function makeSpan(className) {
  const span = document.createElement("span");
  span.className = className;
  return span;
}

function moveAlongBars(event) {
  const bar = event.target;
  const bars = bar.parentElement;
  const next = {
    ArrowLeft: bar.previousElementSibling, ArrowRight: bar.nextElementSibling,
    Home: bars.firstElementChild, End: bars.lastElementChild,
  }[event.key];
  if (next) {
    event.preventDefault();
    bar.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

export function showDrums(run) {
  showDrum("white", run.whiteBallCounts, WHITE_BALLS_DRAWN, run.rowsReceived);
  showDrum("red", run.powerballCounts, 1, run.rowsReceived);
  element("scale").textContent = run.rowsReceived < DEVIATION_ROWS ? ""
      : `From ${grouped(DEVIATION_ROWS)} rows on, in standard deviations (\u03c3).`
          + ` Band: \u00b1${SHADED_DEVIATIONS}\u00a0\u03c3.`;
}

/** How often each number of a drum came up, or how far that is from what is expected. */
function showDrum(id, counts, drawn, rows) {
  const figure = element(id);
  const chance = drawn / (counts.length - 1); // of a number, in one draw
  const expected = rows * chance;
  const deviation = Math.sqrt(expected * (1 - chance)); // of a binomial distribution
  figure.querySelector(".expected").textContent =
      expected === 0 ? "expected" : `expected: ${grouped(expected, 1)} each`;
  if (rows < DEVIATION_ROWS) {
    showCounts(figure, counts, expected);
  } else {
    showDeviations(figure, counts, expected, deviation);
  }
}

/** The highest bar or the expected line, whichever is higher, nearly reaches the top. */
function showCounts(figure, counts, expected) {
  const top = 1.05 * Math.max(expected, ...counts) || 1;
  figure.querySelectorAll(".bars li").forEach((item, i) => {
    const number = counts[i + 1];
    showBar(item, 0, number / top, `${i + 1}: ${times(number)}`);
  });
  setHeights(figure.querySelector(".line"), expected / top, 0);
  setHeights(figure.querySelector(".band"), 0, 0);
  figure.querySelector("figcaption").textContent = expected === 0 ? "" : extremes(counts);
}

function extremes(counts) {
  const most = Math.max(...counts.subarray(1));
  const least = Math.min(...counts.subarray(1));
  return `${ballsWith(most, counts)} came up most often, ${times(most)};`
      + ` ${ballsWith(least, counts)} least often, ${times(least)}.`;
}

/** The number that came up so often, or, of several, how many they are. */
function ballsWith(count, counts) {
  const balls = [...counts.keys()].filter(ball => ball > 0 && counts[ball] === count);
  return balls.length === 1 ? balls[0] : balls.length + " numbers";
}

/** Zero is in the middle. */
function showDeviations(figure, counts, expected, deviation) {
  const deviations = [...counts.subarray(1)].map(number => (number - expected) / deviation);
  const top = Math.max(PLOTTED_DEVIATIONS, ...deviations.map(z => 1.05 * Math.abs(z)));
  figure.querySelectorAll(".bars li").forEach((item, i) => {
    const height = deviations[i] / top / 2;
    const text = `${i + 1}: ${times(counts[i + 1])}, ${signed(deviations[i])} \u03c3`;
    showBar(item, 0.5 + Math.min(0, height), Math.abs(height), text);
  });
  setHeights(figure.querySelector(".line"), 0.5, 0);
  const shaded = SHADED_DEVIATIONS / top;
  setHeights(figure.querySelector(".band"), 0.5 - shaded / 2, shaded);
  const outside = deviations.filter(z => Math.abs(z) > SHADED_DEVIATIONS).length;
  const usual = Math.round(OUTSIDE_SHARE * deviations.length);
  figure.querySelector("figcaption").textContent = `${outside} of ${deviations.length}`
      + ` outside the band; usual: ${usual}.`;
}

function showBar(item, bottom, height, text) {
  setHeights(item.querySelector(".bar"), bottom, height);
  item.querySelector(".value").textContent = text;
}

function setHeights(box, bottom, height) {
  box.style.bottom = 100 * bottom + "%";
  box.style.height = 100 * height + "%";
}
