//! Checks of exercise 16: COPY.

use std::fmt::Write as _;

use harness::protocol::Failure;

use crate::grade::kit::*;
use crate::lesson::fixtures::LUNDO;

const HINTS: &[&str] = &[
    "COPY stops at the first line that it cannot store, and you want to hear of all of them. Let the \
     file into a table that takes anything, as the lesson does, and judge it there.",
    "In a transaction: CREATE TEMP TABLE … ON COMMIT DROP, three columns of type text, and an \
     identity column for the number of the line. Then `copy_in(\"COPY staging (…) FROM STDIN \
     (FORMAT csv, HEADER)\")`, `write_all` and `finish`.",
    "The identity column counts messages from 1, and the first message is on line 2: add one, or \
     declare it with `GENERATED ALWAYS AS IDENTITY (START WITH 2)`.",
    "A LEFT JOIN to conversations finds ids that are not there; compare texts (`c.id::text = \
     s.conversation_id`), since a cast of a bad text fails. Mind NULL: an empty field is NULL, and \
     `NOT (role IN (…))` is not true for it. `(…) IS NOT TRUE` is.",
    "If there are bad lines, return them before anything is written to messages. Otherwise one \
     `INSERT INTO messages (…) SELECT conversation_id::integer, role, content FROM staging ORDER BY \
     line`, and do not forget the commit.",
];

pub(crate) fn grade() -> Grader {
    grader(HINTS, checks)
}

/// Without this, the rest says nothing new.
const GOOD: &str = "a good file is stored as it is, in its order";

const HEAD: &str = "conversation_id,role,content\n";

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check(GOOD, &LUNDO, |t| {
        let file = [
            HEAD,
            "2,user,\"He said: \"\"More jam, please.\"\"\"\n",
            "1,assistant,Praise the 'please'; DROP TABLE messages; --\n",
            "2,assistant,\" Zoë\\n says \\N \"\n",
            "8,user,\"1,user,2\"\n",
            "2,user,Again\n",
            "2,user,Again\n",
        ];
        let count: u64 = t.call("load", (file.concat(),))?.ok()?;
        equal("the number it returned", count, 6)?;
        let sql = "SELECT conversation_id, role, content FROM messages WHERE id > 17 ORDER BY id";
        let stored = t.rows(sql)?;
        let stored = stored.iter().map(|row| row.iter().flatten().map(String::as_str).collect());
        let stored: Vec<Vec<&str>> = stored.collect();
        let expected = [
            ["2", "user", "He said: \"More jam, please.\""],
            ["1", "assistant", "Praise the 'please'; DROP TABLE messages; --"],
            ["2", "assistant", " Zoë\\n says \\N "],
            ["8", "user", "1,user,2"],
            ["2", "user", "Again"],
            ["2", "user", "Again"],
        ];
        equal("the number of messages that were stored", stored.len(), expected.len())?;
        for (n, (stored, expected)) in stored.iter().zip(&expected).enumerate() {
            equal(&format!("line {} of the file, as stored", n + 2), stored.as_slice(), expected)?;
        }
        Ok(())
    })?;

    g.needs(GOOD).then("an id and a role may be in quotes, as a content may", |t| {
        let file = format!("{HEAD}\"1\",\"user\",Quoted\n");
        let count: u64 = t.call("load", (file,))?.ok()?;
        equal("the number it returned", count, 1)?;
        let sql = "SELECT count(*) FROM messages WHERE content = 'Quoted' AND conversation_id = 1";
        equal("the number of such messages", t.value(sql)?.as_deref(), Some("1"))
    })?;

    g.needs(GOOD).then("the rows go by COPY, in few statements however long the file is", |t| {
        let mut file = HEAD.to_owned();
        for n in 0..4_000 {
            let _ = writeln!(file, "{},user,Message {n}", n % 8 + 1);
        }
        let before = messages(t)?;
        let count: u64 = t.call("load", (file,))?.ok()?;
        equal("the number it returned", count, 4_000)?;
        equal("the number of messages that were stored", messages(t)? - before, 4_000)?;
        let sent = t.sent()?;
        ensure(
            sent.copied(),
            "no rows went over the wire by COPY. `copy_in` sends COPY … FROM STDIN and gives a \
             writer for the file.",
        )?;
        let count = sent.statements().len();
        ensure(
            count <= 20,
            format!(
                "4000 lines took {count} statements. Judge the lines all at once, and store them \
                 all at once."
            ),
        )
    })?;

    g.needs(GOOD).check(
        "bad lines are reported by number, all of them, and nothing is stored",
        &LUNDO,
        |t| {
            let file = [
                HEAD,
                "1,user,good\n",              // 2
                "4711,user,no such parent\n", // 3
                "1,User,no such role\n",      // 4
                "1,assistant,good\n",         // 5
                "seven,user,no number\n",     // 6
                "99999999999,user,large\n",   // 7
                "1,,no role\n",               // 8
                ",user,no conversation\n",    // 9
                "1,user,\n",                  // 10
                "1,user,\"\"\n",              // 11
                "2.5,bot,\n",                 // 12
                "2,user,good\n",              // 13
            ];
            bad(t, &file.concat(), &[3, 4, 6, 7, 8, 9, 10, 11, 12])?;
            bad(t, &format!("{HEAD}77,user,a\n1,user,b\n"), &[2])?;
            bad(t, &format!("{HEAD}1,user,a\n1,user,b\n1,none,c\n"), &[4])?;
            let mut file = HEAD.to_owned();
            for n in 2..=9_000 {
                let role = if n == 6_543 { "nobody" } else { "user" };
                let _ = writeln!(file, "3,{role},Message {n}");
            }
            bad(t, &file, &[6_543])
        },
    )?;

    g.needs(GOOD).then("one session loads several files, good ones, bad ones and empty ones", |t| {
        for lines in ["", "1,user,one\n", "0,user,two\n", "2,user,three\n1,user,four\n", ""] {
            let called = t.call::<u64>("load", (format!("{HEAD}{lines}"),))?;
            if lines.starts_with('0') {
                called.error()?;
            } else {
                equal("the number it returned", called.ok()?, lines.lines().count() as u64)?;
            }
        }
        let tables = t.value(
            "SELECT string_agg(relname, ', ') FROM pg_class
             WHERE relkind = 'r' AND relpersistence <> 't' AND relnamespace = 'public'::regnamespace
               AND relname NOT IN ('users', 'children', 'conversations', 'messages')",
        )?;
        match tables {
            Some(left) => {
                wrong(format!("a table is left behind for everybody to see: {left}. Make it TEMP."))
            }
            None => Ok(()),
        }
    })
}

/// The file has these bad lines, and leaves nothing behind.
fn bad(t: &mut Trial<'_>, file: &str, expected: &[i32]) -> Outcome {
    let before = messages(t)?;
    let failure = t.call::<u64>("load", (file,))?.error()?;
    let stored = messages(t)? - before;
    ensure(stored == 0, format!("the file has bad lines, and {stored} of its lines were stored."))?;
    match lines(&failure) {
        Some(lines) => {
            let wrong_about = |n: &i32| lines.contains(n) != expected.contains(n);
            let total = i32::try_from(file.lines().count()).unwrap_or(i32::MAX);
            if let Some(n) = (1..=total).find(wrong_about) {
                let line = file.lines().zip(1..).find(|(_, number)| *number == n);
                let line = line.map_or("", |(line, _)| line);
                return wrong(if expected.contains(&n) {
                    format!("line {n} is bad, and is not among the bad lines {lines:?}: {line}")
                } else {
                    format!("line {n} is good, and is among the bad lines {lines:?}: {line}")
                });
            }
            equal("the bad lines", lines.as_slice(), expected)
        }
        None => wrong(format!(
            "expected BadLines({expected:?}), got another error: {}",
            explain(&failure)
        )),
    }
}

/// The numbers in `BadLines([…])`.
fn lines(failure: &Failure) -> Option<Vec<i32>> {
    let list = failure.debug.strip_prefix("BadLines")?;
    let numbers = list.split(|c: char| !c.is_ascii_digit()).filter(|text| !text.is_empty());
    numbers.map(|number| number.parse().ok()).collect()
}

fn messages(t: &mut Trial<'_>) -> Outcome<u64> {
    let count = t.value("SELECT count(*) FROM messages")?;
    Ok(count.and_then(|count| count.parse().ok()).unwrap_or_default())
}
