/** A run: what was asked for, what has come, and what it has won. It knows nothing of the page. */

import {
  BALLS_ON_TICKET, NO_TIER, POWERBALLS, TIERS, WHITE_BALLS, WHITE_BALLS_DRAWN, isJackpot, tierOf,
} from "./rules.js";
import {duration, grouped, rowsAsText} from "./text.js";

export const LISTED_TICKETS = 50; // with their buyers
const KEPT_TICKETS = 1_000_000; // only their balls, for a later draw: 6 bytes each
const NOT_RUNNING = 0;
const SPEED_SECONDS = 0.3; // before that, rows/s would be a guess
const SILENCE_SECONDS = 4; // rows are due once a second, at least

export function newRun(asked) {
  const rows = /^\d+$/.test(asked.rows) ? Number(asked.rows) : 0;
  return {
    asked, // as text
    rowsAsked: rows, // 0 if that is not a number, which the server will refuse
    state: "ready",
    sentence: "", // what is said of it
    seed: "", // until the server names it
    rowsReceived: 0,
    whiteBallCounts: new Uint32Array(WHITE_BALLS + 1), // [0] stays 0: balls count from 1
    powerballCounts: new Uint32Array(POWERBALLS + 1),
    keptBalls: new Uint8Array(BALLS_ON_TICKET * Math.min(rows, KEPT_TICKETS)),
    latestTickets: [],
    lastLine: "", // of the stream
    lastLineIsDue: false, // once more, as the first of a part
    tally: newTally(),
    parts: 0, // a part is a request: there are more than one after a break
    lastPart: {rowsBefore: 0, startedAt: NOT_RUNNING},
    lastArrivalAt: 0,
    millisOfEarlierParts: 0,
    rateChanged: false,
    stop: new AbortController(),
  };
}

export function isRunning(run) {
  return run.state === "running";
}

export function take(run, ticket, winning) {
  const {balls} = ticket;
  if (run.rowsReceived < keptTickets(run)) {
    run.keptBalls.set(balls, BALLS_ON_TICKET * run.rowsReceived);
  }
  run.rowsReceived++;
  for (let i = 0; i < WHITE_BALLS_DRAWN; i++) {
    run.whiteBallCounts[balls[i]]++;
  }
  run.powerballCounts[balls[WHITE_BALLS_DRAWN]]++;
  if (count(run, tierOf(balls, winning))) {
    run.tally.bestTicket = ticket;
  }
  run.latestTickets.push(ticket);
  if (run.latestTickets.length > 2 * LISTED_TICKETS) {
    run.latestTickets = run.latestTickets.slice(-LISTED_TICKETS);
  }
}

function keptTickets(run) {
  return run.keptBalls.length / BALLS_ON_TICKET;
}

// ---- What the tickets have won ----

function newTally() {
  return {
    ticketsCounted: 0,
    winners: new Array(TIERS.length).fill(0),
    bestTicket: null,
    bestTier: TIERS.length, // at first, less than any tier
  };
}

/** Counts a ticket. Returns whether it is the best so far; of equals, the first bought is. */
function count(run, tier) {
  run.tally.ticketsCounted++;
  if (tier === NO_TIER) {
    return false;
  }
  run.tally.winners[tier]++;
  const better = tier < run.tally.bestTier;
  run.tally.bestTier = Math.min(tier, run.tally.bestTier);
  return better;
}

/**
 * For another draw: counts all tickets whose balls are kept. Any others stay uncounted, and the
 * page says so: requesting them again would take as long as the run.
 */
export function countAgain(run, winning) {
  run.tally = newTally();
  const tickets = Math.min(run.rowsReceived, keptTickets(run));
  for (let i = 0; i < tickets; i++) {
    if (count(run, tierOf(run.keptBalls, winning, BALLS_ON_TICKET * i))) {
      const balls = run.keptBalls.slice(BALLS_ON_TICKET * i, BALLS_ON_TICKET * (i + 1));
      run.tally.bestTicket = {number: i + 1, buyer: "", place: "", balls};
    }
  }
}

export function paid(run, tier) {
  const winners = run.tally.winners[tier];
  return TIERS[tier].dollars * (isJackpot(tier) ? Math.min(winners, 1) : winners);
}

/** What each winner of a tier gets: the jackpot is paid once, however many win it. */
export function prizeEach(run, tier) {
  return TIERS[tier].dollars / (isJackpot(tier) ? run.tally.winners[tier] || 1 : 1);
}

// ---- Its pace ----

/** Time spent streaming, without the time between a break and going on. */
function secondsSoFar(run) {
  return (run.millisOfEarlierParts + millisOfLastPart(run)) / 1000;
}

function millisOfLastPart(run) {
  return run.lastPart.startedAt === NOT_RUNNING ? 0 : performance.now() - run.lastPart.startedAt;
}

export function beginPart(run) {
  run.parts++;
  run.lastPart = {rowsBefore: run.rowsReceived, startedAt: performance.now()};
  run.lastLineIsDue = run.rowsReceived > 0;
  rowsArrive(run);
}

export function rowsArrive(run) {
  run.lastArrivalAt = performance.now();
}

/** How long no row has come, if that is long; in steps, as a screen reader reads it aloud. */
export function silentSeconds(run) {
  const seconds = (performance.now() - run.lastArrivalAt) / 1000;
  return isRunning(run) ? SILENCE_SECONDS * Math.floor(seconds / SILENCE_SECONDS) : 0;
}

export function endPart(run) {
  run.millisOfEarlierParts += millisOfLastPart(run);
  run.lastPart.startedAt = NOT_RUNNING;
}

/** Rows a second: of this part while it streams, as its rate may differ; then of the whole run. */
export function speed(run) {
  if (!isRunning(run)) {
    return run.rowsReceived === 0 ? 0 : run.rowsReceived / secondsSoFar(run);
  }
  const seconds = millisOfLastPart(run) / 1000;
  const isUnknown = seconds < SPEED_SECONDS || silentSeconds(run) > 0;
  return isUnknown ? 0 : (run.rowsReceived - run.lastPart.rowsBefore) / seconds;
}

export function elapsed(run) {
  const seconds = secondsSoFar(run);
  return duration(seconds, seconds < 1 ? 2 : 1);
}

export function remaining(run) {
  if (!isRunning(run) || speed(run) === 0) {
    return "-";
  }
  return duration(Math.ceil((run.rowsAsked - run.rowsReceived) / speed(run)), 0);
}

export function inParts(run) {
  return run.parts === 1 ? "" : `, in ${run.parts} parts`;
}

export function rowsOfAsked(run) {
  return `${grouped(run.rowsReceived)} of ${rowsAsText(run.rowsAsked)}`;
}
