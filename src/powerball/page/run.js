/** A run: what was asked for, what has come, and what it has won. It knows nothing of the page. */

import {
  BALLS_ON_TICKET, NO_TIER, POWERBALLS, TIERS, WHITE_BALLS, WHITE_BALLS_DRAWN, isJackpot, tierOf,
} from "./rules.js";
import {duration, grouped, rowsAsText} from "./text.js";

export const LISTED_TICKETS = 50; // with their buyers
const KEPT_TICKETS = 1_000_000; // only their balls, for a later draw: 6 bytes each
const SPEED_SECONDS = 0.3; // before that, rows/s would be a guess

export function newRun(asked) {
  const rows = /^\d+$/.test(asked.rows) ? Number(asked.rows) : 0;
  return {
    asked, // as text
    total: rows, // to come; 0 if that is not a number, which the server will refuse
    state: "ready",
    seed: "", // until the server names it
    rows: 0, // that have arrived
    white: new Uint32Array(WHITE_BALLS + 1), // how often each number came up
    red: new Uint32Array(POWERBALLS + 1),
    kept: new Uint8Array(BALLS_ON_TICKET * Math.min(rows, KEPT_TICKETS)), // the balls, in order
    latest: [], // tickets, for the list
    tally: newTally(),
    parts: 0, // requests: more than one after a break
    part: {rows: 0, started: 0}, // the last of them: the rows before it, and when it began
    millis: 0, // that the earlier parts took
    rateChanged: false,
    shown: {rows: -1, at: -Infinity, winning: null}, // in the last frame
    stop: new AbortController(),
  };
}

export function isRunning(run) {
  return run.state === "running";
}

export function take(run, ticket, winning) {
  const {balls} = ticket;
  if (run.rows < keptTickets(run)) {
    run.kept.set(balls, BALLS_ON_TICKET * run.rows);
  }
  run.rows++;
  for (let i = 0; i < WHITE_BALLS_DRAWN; i++) {
    run.white[balls[i]]++;
  }
  run.red[balls[WHITE_BALLS_DRAWN]]++;
  if (count(run, tierOf(balls, winning))) {
    run.tally.best = ticket;
  }
  run.latest.push(ticket);
  if (run.latest.length > 2 * LISTED_TICKETS) {
    run.latest = run.latest.slice(-LISTED_TICKETS);
  }
}

function keptTickets(run) {
  return run.kept.length / BALLS_ON_TICKET;
}

// ---- What the tickets have won ----

function newTally() {
  return {
    tickets: 0, // that have been counted
    winners: new Array(TIERS.length).fill(0),
    best: null, // ticket so far
    bestTier: TIERS.length, // what it has won; at first, less than any tier
  };
}

/** Counts a ticket. Returns whether it is the best so far; of equals, the first bought is. */
function count(run, tier) {
  run.tally.tickets++;
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
  const tickets = Math.min(run.rows, keptTickets(run));
  for (let i = 0; i < tickets; i++) {
    if (count(run, tierOf(run.kept, winning, BALLS_ON_TICKET * i))) {
      const balls = run.kept.slice(BALLS_ON_TICKET * i, BALLS_ON_TICKET * (i + 1));
      run.tally.best = {number: i + 1, buyer: "", place: "", balls};
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
  return (run.millis + partMillis(run)) / 1000;
}

function partMillis(run) {
  return run.part.started === 0 ? 0 : performance.now() - run.part.started;
}

/** Rows a second: of this part while it streams, as its rate may differ; then of the whole run. */
export function speed(run) {
  if (!isRunning(run)) {
    return run.rows === 0 ? 0 : run.rows / secondsSoFar(run);
  }
  const seconds = partMillis(run) / 1000;
  return seconds < SPEED_SECONDS ? 0 : (run.rows - run.part.rows) / seconds;
}

export function elapsed(run) {
  const seconds = secondsSoFar(run);
  return duration(seconds, seconds < 1 ? 2 : 1);
}

export function left(run) {
  if (!isRunning(run) || speed(run) === 0) {
    return "-";
  }
  return duration(Math.ceil((run.total - run.rows) / speed(run)), 0);
}

export function inParts(run) {
  return run.parts === 1 ? "" : `, in ${run.parts} parts`;
}

export function rowsOfAsked(run) {
  return `${grouped(run.rows)} of ${rowsAsText(run.total)}`;
}
