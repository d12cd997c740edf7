/** A run: what was asked for, what has come, and what it has won. It knows nothing of the page. */

import {
  BALLS_ON_TICKET, NO_TIER, POWERBALLS, TIERS, WHITE_BALLS, WHITE_BALLS_DRAWN, isJackpot, tierOf,
} from "./rules.js";
import {duration, grouped, rowsAsText} from "./text.js";

export const LISTED_TICKETS = 50; // with their buyers
const KEPT_TICKETS = 1_000_000; // only their balls, for a later draw: 6 bytes each
const NOT_STREAMING = 0;
const SPEED_SECONDS = 0.3; // before that, rows/s would be a guess
const SILENCE_SECONDS = 4; // rows are due once a second, at least

export class Run {
  state = "ready";
  sentence = ""; // what is said of it
  seed = ""; // until the server names it, and its lists of names
  names = null;
  rowsReceived = 0;
  whiteBallCounts = new Uint32Array(WHITE_BALLS + 1); // [0] stays 0: balls count from 1
  powerballCounts = new Uint32Array(POWERBALLS + 1);
  latestTickets = [];
  tally = newTally();
  parts = 0; // a part is a request: there are more than one after a break
  rateChanged = false;
  request = new AbortController(); // of the last part
  #lastPart = {rowsBefore: 0, startedAt: NOT_STREAMING};
  #lastArrivalAt = 0;
  #millisOfEarlierParts = 0;
  #keptBalls;

  /** Takes the parts of a request, as text: a seed can exceed 2^53. */
  constructor(asked) {
    this.asked = asked;
    // 0 if that is not a number, which the server will refuse.
    this.rowsAsked = /^\d+$/.test(asked.rows) ? Number(asked.rows) : 0;
    this.#keptBalls = new Uint8Array(BALLS_ON_TICKET * Math.min(this.rowsAsked, KEPT_TICKETS));
  }

  isRunning() {
    return this.state === "running";
  }

  stop() {
    this.rateChanged = false;
    this.request.abort();
  }

  /** This takes effect at once: the rows that are still to come are requested again. */
  changeRate(rate) {
    this.asked.rate = rate;
    this.rateChanged = true;
    this.request.abort();
  }

  take(ticket, winning) {
    const {balls} = ticket;
    if (this.rowsReceived < this.#keptTickets()) {
      this.#keptBalls.set(balls, BALLS_ON_TICKET * this.rowsReceived);
    }
    this.rowsReceived++;
    for (let i = 0; i < WHITE_BALLS_DRAWN; i++) {
      this.whiteBallCounts[balls[i]]++;
    }
    this.powerballCounts[balls[WHITE_BALLS_DRAWN]]++;
    if (this.#count(tierOf(balls, winning))) {
      this.tally.bestTicket = ticket;
    }
    this.latestTickets.push(ticket);
    if (this.latestTickets.length > 2 * LISTED_TICKETS) {
      this.latestTickets = this.latestTickets.slice(-LISTED_TICKETS);
    }
  }

  #keptTickets() {
    return this.#keptBalls.length / BALLS_ON_TICKET;
  }

  // ---- What the tickets have won ----

  /** Counts a ticket. Returns whether it is the best so far; of equals, the first bought is. */
  #count(tier) {
    this.tally.ticketsCounted++;
    if (tier === NO_TIER) {
      return false;
    }
    this.tally.winners[tier]++;
    const better = tier < this.tally.bestTier;
    this.tally.bestTier = Math.min(tier, this.tally.bestTier);
    return better;
  }

  /**
   * For another draw: counts all tickets whose balls are kept. Any others stay uncounted, and the
   * page says so: requesting them again would take as long as the run.
   */
  countAgain(winning) {
    this.tally = newTally();
    const tickets = Math.min(this.rowsReceived, this.#keptTickets());
    for (let i = 0; i < tickets; i++) {
      if (this.#count(tierOf(this.#keptBalls, winning, BALLS_ON_TICKET * i))) {
        const balls = this.#keptBalls.slice(BALLS_ON_TICKET * i, BALLS_ON_TICKET * (i + 1));
        this.tally.bestTicket = {number: i + 1, buyer: "", place: "", balls};
      }
    }
  }

  paid(tier) {
    const winners = this.tally.winners[tier];
    return TIERS[tier].dollars * (isJackpot(tier) ? Math.min(winners, 1) : winners);
  }

  /** What each winner of a tier gets: the jackpot is paid once, however many win it. */
  prizeEach(tier) {
    return TIERS[tier].dollars / (isJackpot(tier) ? this.tally.winners[tier] || 1 : 1);
  }

  // ---- Its pace ----

  beginPart() {
    this.parts++;
    this.#lastPart = {rowsBefore: this.rowsReceived, startedAt: performance.now()};
    this.rowsArrive();
  }

  rowsArrive() {
    this.#lastArrivalAt = performance.now();
  }

  endPart() {
    this.#millisOfEarlierParts += this.#millisOfLastPart();
    this.#lastPart.startedAt = NOT_STREAMING;
  }

  /** How long no row has come, if that is long; in steps, as a screen reader reads it aloud. */
  silentSeconds() {
    const seconds = (performance.now() - this.#lastArrivalAt) / 1000;
    return this.isRunning() ? SILENCE_SECONDS * Math.floor(seconds / SILENCE_SECONDS) : 0;
  }

  /** Rows a second: of this part while it streams, as its rate may differ; then of all. */
  speed() {
    if (!this.isRunning()) {
      return this.rowsReceived === 0 ? 0 : this.rowsReceived / this.#secondsSoFar();
    }
    const seconds = this.#millisOfLastPart() / 1000;
    const isUnknown = seconds < SPEED_SECONDS || this.silentSeconds() > 0;
    return isUnknown ? 0 : (this.rowsReceived - this.#lastPart.rowsBefore) / seconds;
  }

  elapsed() {
    const seconds = this.#secondsSoFar();
    return duration(seconds, seconds < 1 ? 2 : 1);
  }

  remaining() {
    if (!this.isRunning() || this.speed() === 0) {
      return "-";
    }
    return duration(Math.ceil((this.rowsAsked - this.rowsReceived) / this.speed()), 0);
  }

  /** Time spent streaming, without the time between a break and going on. */
  #secondsSoFar() {
    return (this.#millisOfEarlierParts + this.#millisOfLastPart()) / 1000;
  }

  #millisOfLastPart() {
    const {startedAt} = this.#lastPart;
    return startedAt === NOT_STREAMING ? 0 : performance.now() - startedAt;
  }

  inParts() {
    return this.parts === 1 ? "" : `, in ${this.parts} parts`;
  }

  rowsOfAsked() {
    return `${grouped(this.rowsReceived)} of ${rowsAsText(this.rowsAsked)}`;
  }
}

function newTally() {
  return {
    ticketsCounted: 0,
    winners: new Array(TIERS.length).fill(0),
    bestTicket: null,
    bestTier: TIERS.length, // at first, less than any tier
  };
}
