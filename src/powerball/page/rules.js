/** The rules of the game, as in Winners, the program. */

export const WHITE_BALLS_DRAWN = 5;
export const WHITE_BALLS = 69;
export const POWERBALLS = 26;
export const BALLS_ON_TICKET = WHITE_BALLS_DRAWN + 1; // the Powerball last
export const TICKET_DOLLARS = 2;
const JACKPOT_DOLLARS = 20_000_000; // assumed to be in the pot

/** The prizes, best first. `matches` counts white balls. */
export const TIERS = [
  {matches: 5, withPowerball: true, dollars: JACKPOT_DOLLARS},
  {matches: 5, withPowerball: false, dollars: 1_000_000},
  {matches: 4, withPowerball: true, dollars: 50_000},
  {matches: 4, withPowerball: false, dollars: 100},
  {matches: 3, withPowerball: true, dollars: 100},
  {matches: 3, withPowerball: false, dollars: 7},
  {matches: 2, withPowerball: true, dollars: 7},
  {matches: 1, withPowerball: true, dollars: 4},
  {matches: 0, withPowerball: true, dollars: 4},
];
export const NO_TIER = -1;

/** A draw as the page keeps it: white[ball] is 1 if that ball was drawn. */
export function newDraw(whiteBalls, powerball) {
  const white = new Uint8Array(WHITE_BALLS + 1);
  whiteBalls.forEach(ball => white[ball] = 1);
  return {white, powerball};
}

/** What a ticket wins whose balls begin at index `at`: an index into TIERS, or NO_TIER. */
export function tierOf(balls, winning, at = 0) {
  if (winning === null) {
    return NO_TIER;
  }
  let matches = 0;
  for (let i = 0; i < WHITE_BALLS_DRAWN; i++) {
    matches += winning.white[balls[at + i]];
  }
  const withPowerball = balls[at + WHITE_BALLS_DRAWN] === winning.powerball;
  return TIERS.findIndex(tier =>
      tier.matches === matches && tier.withPowerball === withPowerball);
}

/** How many tickets there are for each one that wins this tier. */
export function odds(tier) {
  const others = WHITE_BALLS - WHITE_BALLS_DRAWN;
  const ways = choose(WHITE_BALLS_DRAWN, tier.matches)
      * choose(others, WHITE_BALLS_DRAWN - tier.matches)
      * (tier.withPowerball ? 1 : POWERBALLS - 1);
  return choose(WHITE_BALLS, WHITE_BALLS_DRAWN) * POWERBALLS / ways;
}

/** The odds of winning anything. */
export function anyOdds() {
  return 1 / TIERS.reduce((chance, tier) => chance + 1 / odds(tier), 0);
}

/** The number of ways to choose k of n. */
function choose(n, k) {
  return k === 0 ? 1 : choose(n - 1, k - 1) * n / k; // there is never a remainder
}

export function tierName({matches, withPowerball}) {
  if (matches === 0) {
    return "PB";
  }
  return withPowerball ? matches + " + PB" : String(matches);
}

export function isJackpot(tier) {
  return tier === 0;
}
