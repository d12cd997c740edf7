/** The list of the last tickets, and the best of all. */

import {element} from "./browser.js";
import {NO_TIER, TIERS, WHITE_BALLS_DRAWN, tierName, tierOf} from "./rules.js";
import {LISTED_TICKETS} from "./run.js";
import {dollars, grouped} from "./text.js";

/** `shown` says which rows, and which draw, the list shows already. */
export function showTickets(run, winning, shown) {
  const list = element("tickets");
  const tickets = run.latestTickets.slice(-LISTED_TICKETS);
  const relit = winning !== shown.winning; // those already listed, too
  const fresh = tickets.filter(ticket => relit || ticket.number > shown.rows);
  if (relit) {
    list.replaceChildren();
  }
  list.prepend(...fresh.reverse().map(ticket => makeItem(ticket, run, winning)));
  while (list.children.length > LISTED_TICKETS) {
    list.lastElementChild.remove();
  }
}

function makeItem(ticket, run, winning) {
  const item = element("ticket").content.firstElementChild.cloneNode(true);
  // As text: a name may look like HTML.
  const put = (selector, text) => item.querySelector(selector).textContent = text;
  put(".number", grouped(ticket.number));
  put(".buyer", ticket.buyer);
  put(".place", ticket.place);
  item.querySelectorAll(".ball").forEach((ball, i) => {
    ball.textContent = ticket.balls[i];
    ball.classList.toggle("lit", isLit(ticket.balls[i], i, winning));
  });
  const tier = tierOf(ticket.balls, winning);
  if (tier !== NO_TIER) {
    put(".won", `${tierName(TIERS[tier])}: ${dollars(run.prizeEach(tier))}`);
  }
  return item;
}

function isLit(ball, i, winning) {
  if (winning === null) {
    return false;
  }
  return i < WHITE_BALLS_DRAWN ? winning.white[ball] === 1 : ball === winning.powerball;
}

export function showBest(run, winning) {
  const best = run.tally.bestTicket;
  const panel = element("best");
  panel.hidden = winning === null;
  panel.querySelector("h2").textContent =
      best === null ? "No ticket has won so far" : "Best";
  const items = best === null ? [] : [makeItem(best, run, winning)];
  panel.querySelector("ol").replaceChildren(...items);
}
