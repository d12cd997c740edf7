-- The six questions of the lesson (src/README.md), for a database with 100,000 tickets of seed 42.
-- To run them all: sqlite3 class.db ".read src/lesson.sql"

.print Which states buy the most, and why?
-- Each row is a ticket. GROUP BY makes one row for each state, and count(*) counts its tickets.
SELECT state, count(*) AS tickets
FROM powerball_results
GROUP BY state
ORDER BY tickets DESC
LIMIT 3;

.print How many different Springfields are there?
-- A city is identified by its name and its state. Group by the name, and count the states.
SELECT city, count(DISTINCT state) AS states
FROM powerball_results
GROUP BY city
ORDER BY states DESC, city
LIMIT 3;

.print How many tickets have two white balls in a row, like 43 and 44?
-- The white balls ascend, so two consecutive numbers are in neighbouring columns.
SELECT count(*)
FROM powerball_results
WHERE powerball_2 = powerball_1 + 1
   OR powerball_3 = powerball_2 + 1
   OR powerball_4 = powerball_3 + 1
   OR powerball_5 = powerball_4 + 1;

.print How many could be birthdays, with every white ball up to 31?
-- The fifth ball is the highest.
SELECT count(*)
FROM powerball_results
WHERE powerball_5 <= 31;

.print Which three white balls came up most often? Are they lucky?
-- UNION ALL stacks the five columns into one; UNION would drop duplicates.
WITH balls(number) AS (
  SELECT powerball_1 FROM powerball_results UNION ALL
  SELECT powerball_2 FROM powerball_results UNION ALL
  SELECT powerball_3 FROM powerball_results UNION ALL
  SELECT powerball_4 FROM powerball_results UNION ALL
  SELECT powerball_5 FROM powerball_results)
SELECT number, count(*) AS times
FROM balls
GROUP BY number
ORDER BY times DESC
LIMIT 3;

.print How many pairs of tickets have the same five white balls?
-- This joins the table with itself. The condition keeps a ticket from pairing with itself, and a
-- pair from being counted twice.
SELECT count(*)
FROM powerball_results a
JOIN powerball_results b USING (powerball_1, powerball_2, powerball_3, powerball_4, powerball_5)
WHERE a.transaction_id < b.transaction_id;
