//! Calls that go on at once, and what holds them where the check wants them.
//!
//! Each has sessions of its own, a tap of its own, and a gate in it. A check says where a call is to
//! stand still, does something of its own or lets another call go on, and lets the first one go. So
//! what happens between two transactions happens in one order, the same each time. Conflicts,
//! deadlocks and time-outs are the server's own.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use harness::protocol::Response;
use postgres::Client;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::called::{self, Called};
use super::peers::{Peer, Peers};
use super::sql::commands;
use super::wire::Wire;
use super::{Outcome, Trial, wrong};
use crate::error::{Context, Error};
use crate::grade::answer::Lane;
use crate::lock::locked;
use crate::postgres::address::Address;
use crate::postgres::tap::{Barrier, Deed, Gate, Tap, When};

pub use Point::{After, Before};

/// The most statements of a call that are stood still before.
const STATEMENTS: usize = 20;

/// How long a reply is listened for before the server is asked who waits for whom.
const GLANCE: Duration = Duration::from_millis(2);

/// How long the record of the wire may lag behind a reply.
const SETTLE: Duration = Duration::from_secs(2);

/// A place in what a call sends: at the first statement that has these words in it, one after the other.
/// Case and comments do not matter; no words mean any statement. What a client only prepares is not
/// there yet, and several statements in one message are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// The server has not got it.
    Before(&'static str),
    /// The server has done it, and the answer has not heard of it.
    After(&'static str),
}

impl Point {
    fn barrier(self, deed: Deed) -> Barrier {
        let (when, words) = match self {
            Before(words) => (When::Before, words),
            After(words) => (When::After, words),
        };
        Barrier { when, deed, matches: Arc::new(move |sql| speaks(sql, words)) }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Before("") | After("") => f.write_str("a statement"),
            Before(words) | After(words) => write!(f, "a statement with {words}"),
        }
    }
}

/// Whether SQL has these words, one after the other, in one of its commands.
fn speaks(sql: &str, words: &str) -> bool {
    // What a client asks for its own purposes is nobody's statement.
    if sql.contains("pg_catalog.pg_") {
        return false;
    }
    let wanted = commands(words);
    let wanted: Vec<&str> = wanted.iter().flat_map(|command| command.words()).collect();
    wanted.is_empty()
        || commands(sql).iter().any(|command| {
            command.words().windows(wanted.len()).any(|found| found == wanted.as_slice())
        })
}

/// A call that is about to begin.
pub struct Apart<'a> {
    lane: Lane<'a>,
    peers: Peers,
    me: Peer,
    address: Address,
    /// The grader's, to ask who waits.
    grader: Address,
    pool: u32,
    _tap: Tap,
}

/// A call that goes on while the check does other things. Dropping it ends its sessions.
pub struct Going<'a> {
    call: Apart<'a>,
    function: String,
    /// Where it is held next.
    points: Vec<Point>,
    response: Option<Response>,
    over: bool,
    /// Whom it has been seen to wait for.
    waited: BTreeSet<String>,
}

/// How a call stands, when nothing happens to it by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stand {
    /// It is held, at this statement.
    Held(String),
    /// The server lets it wait for a lock of these: other calls that are held, or the check itself.
    Waits(Vec<String>),
    /// It has returned.
    Over,
}

/// What the check itself is called, where something waits for it.
const CHECK: &str = "the check";

impl<'a> Trial<'a> {
    /// Begins a call that goes on while the check does other things, with sessions of its own:
    /// `let a = t.start("withdraw", (1, 50))?; … a.finish::<bool>()?.ok()?`
    pub fn start(&mut self, function: &str, arguments: impl Serialize) -> Outcome<Going<'a>> {
        self.apart()?.start(function, arguments)
    }

    /// The same, with more to say before it begins: where it is to be held or cut.
    pub fn apart(&mut self) -> Outcome<Apart<'a>> {
        let (lane, database, peers) = self.beside();
        let gate = Gate::default();
        let listener = lane.listen().context("cannot listen on the loopback")?;
        let tap = Tap::gated(listener, database.address.clone(), gate.clone());
        let tap = tap.context("cannot listen on the loopback")?;
        lane.works_in(database);
        let name = format!("call {}", locked(&peers.0).len() + 1);
        let me = Peer { name, log: tap.log(), gate };
        let address = database.address.through(tap.address().port());
        let grader = database.grader.clone();
        Ok(Apart { lane, peers, me, address, grader, pool: super::trial::POOL, _tap: tap })
    }

    /// Has a call stand still before each of its statements in turn, and asks `meanwhile` each time: there
    /// another call or session does what comes in between, the call goes on to its end, and the outcome
    /// is looked at. `reset` is SQL that makes the data as it was. So any right answer passes, whatever
    /// it sends. What is wrong within a single statement has no such moment: see
    /// [`while_locked`](Trial::while_locked).
    pub fn before_each(
        &mut self,
        function: &str,
        arguments: impl Serialize,
        reset: &str,
        mut meanwhile: impl FnMut(&mut Trial<'a>, &mut Going<'a>) -> Outcome,
    ) -> Outcome {
        let arguments = called::arguments(arguments)?;
        for statement in 1..=STATEMENTS {
            self.sql(reset)?;
            let mut going = self.apart()?.start_to(Before(""), function, &arguments)?;
            let mut passed = 1;
            while matches!(going.stand()?, Stand::Held(_)) && passed < statement {
                going.release_to(Before(""));
                passed += 1;
            }
            if going.over {
                // What it could not do alone is told as of any call.
                going.finish::<serde_json::Value>()?.ok()?;
                return Ok(());
            }
            meanwhile(self, &mut going)?;
        }
        Ok(())
    }
}

impl<'a> Apart<'a> {
    /// What it is called in sentences: "the first withdrawal".
    #[must_use]
    pub fn named(mut self, name: &str) -> Apart<'a> {
        name.clone_into(&mut self.me.name);
        self
    }

    /// How many connections a pool that is handed to it may open.
    #[must_use]
    pub fn pool(mut self, connections: u32) -> Apart<'a> {
        self.pool = connections;
        self
    }

    /// Ends the connection there: `After("COMMIT")` leaves the answer without knowing what came of it.
    #[must_use]
    pub fn cut(self, point: Point) -> Apart<'a> {
        self.me.gate.close_at(point.barrier(Deed::Cut));
        self
    }

    /// Begins it, to be held at this point first.
    pub fn start_to(
        self,
        point: Point,
        function: &str,
        arguments: impl Serialize,
    ) -> Outcome<Going<'a>> {
        self.me.gate.close_at(point.barrier(Deed::Hold));
        let mut going = self.start(function, arguments)?;
        going.points.push(point);
        Ok(going)
    }

    /// Begins it.
    pub fn start(mut self, function: &str, arguments: impl Serialize) -> Outcome<Going<'a>> {
        let arguments = called::arguments(arguments)?;
        locked(&self.peers.0).push(self.me.clone());
        self.lane.begin(function, self.address.url(), self.pool, arguments);
        Ok(Going {
            call: self,
            function: function.to_owned(),
            points: Vec::new(),
            response: None,
            over: false,
            waited: BTreeSet::new(),
        })
    }
}

impl Going<'_> {
    /// Has it held at one more point, once: before it is let go, mostly.
    pub fn hold(&mut self, point: Point) {
        self.call.me.gate.close_at(point.barrier(Deed::Hold));
        self.points.push(point);
    }

    /// Has its connection cut at one more point.
    pub fn cut(&mut self, point: Point) {
        self.call.me.gate.close_at(point.barrier(Deed::Cut));
    }

    /// Lets it go on.
    pub fn release(&mut self) {
        self.call.me.gate.release();
    }

    /// Lets it go on to one more point.
    pub fn release_to(&mut self, point: Point) {
        self.hold(point);
        self.release();
    }

    /// Waits until nothing happens to it by itself, and says how it stands.
    pub fn stand(&mut self) -> Outcome<Stand> {
        loop {
            if let Some(stand) = self.stand_within(GLANCE)? {
                return Ok(stand);
            }
        }
    }

    /// The same, if it comes to that within this time: a call that asks again and again, or waits for
    /// something outside the server, does not.
    pub fn stand_within(&mut self, limit: Duration) -> Outcome<Option<Stand>> {
        let until = Instant::now() + limit;
        loop {
            if let Some(sql) = self.call.me.gate.held(GLANCE) {
                return Ok(Some(Stand::Held(sql)));
            }
            if self.is_over(Duration::ZERO)? {
                return Ok(Some(Stand::Over));
            }
            if let Some(who) = self.waits_for()? {
                return Ok(Some(Stand::Waits(who)));
            }
            self.call.lane.spend(GLANCE);
            if Instant::now() >= until {
                return Ok(None);
            }
        }
    }

    /// Waits until it is held. That it waits for a lock before, or returns, is a wrong answer.
    pub fn until_held(&mut self) -> Outcome<String> {
        let point = self.points.first().map(ToString::to_string).unwrap_or_default();
        match self.stand()? {
            Stand::Held(sql) => {
                self.points.clear();
                Ok(sql)
            }
            Stand::Waits(who) => wrong(format!(
                "`{}` waits for a lock that {} holds, before it sends {point}.",
                self.function,
                who.join(" and ")
            )),
            Stand::Over => {
                wrong(format!("`{}` returned{} and never sent {point}.", self.function, self.how()))
            }
        }
    }

    /// Waits until the server lets it wait for a lock, and says whose. That it does not is a wrong
    /// answer, for which `why` says what comes of it: "both read 100, and one withdrawal is lost".
    pub fn until_waits(&mut self, why: &str) -> Outcome<Vec<String>> {
        match self.stand()? {
            Stand::Waits(who) => Ok(who),
            Stand::Held(sql) => wrong(format!(
                "`{}` did not wait, and went on to\n    {}\n{why}",
                self.function,
                super::wire::indented(&sql)
            )),
            Stand::Over => wrong(format!(
                "`{}` did not wait, and returned{}: {why}",
                self.function,
                self.how()
            )),
        }
    }

    /// Lets it go on to its end, and says what it came to. Another call that stands still, or the check,
    /// may keep it from that: then the answer is wrong.
    pub fn finish<T: DeserializeOwned>(&mut self) -> Outcome<Called<T>> {
        self.call.me.gate.open();
        while !self.is_over(GLANCE)? {
            if let Some(who) = self.waits_for()? {
                return wrong(format!(
                    "`{}` does not return: it waits for a lock that {} holds.",
                    self.function,
                    who.join(" and ")
                ));
            }
        }
        let Some(response) = self.response.take() else {
            return Err(Error::Content("a call is finished once".to_owned()).into());
        };
        let result = called::result(&self.function, response, &self.call.grader)?;
        let sql = match &result {
            Err(failure) if failure.server.is_some() => {
                called::refused(self.sent()?.statements().to_vec())
            }
            _ => String::new(),
        };
        Ok(Called::new(&self.function, result, sql))
    }

    /// What it has sent so far.
    pub fn sent(&self) -> Outcome<Wire> {
        let log = &self.call.me.log;
        // One that waits for a lock is not answered yet, and is none of what was done.
        if self.over && !log.settle(SETTLE) {
            return wrong(format!(
                "A statement of `{}` was still running when it had returned.",
                self.function
            ));
        }
        Ok(Wire::of(log.statements()))
    }

    /// How many transactions it has begun: more than one, if it tried again.
    pub fn transactions(&self) -> Outcome<usize> {
        Ok(self.sent()?.begun())
    }

    /// How many sessions it had open at a time, at most.
    pub fn sessions(&self) -> usize {
        self.call.me.log.most_sessions()
    }

    /// Whom it has been seen to wait for: other calls by their names, and "the check".
    pub fn waited_for(&self) -> Vec<String> {
        self.waited.iter().cloned().collect()
    }

    /// Lets it go on to its end, statement by statement, and says which rows of a table it locked, in the
    /// order in which it did. `key` is what a row is called by.
    pub fn locks(&mut self, table: &str, key: &str) -> Outcome<Vec<String>> {
        let mut order: Vec<String> = Vec::new();
        loop {
            self.release_to(After(""));
            match self.stand()? {
                Stand::Held(_) => {}
                Stand::Over | Stand::Waits(_) => return Ok(order),
            }
            let sql = format!(
                "SELECT t.{key}::text FROM {table} t WHERE t.ctid NOT IN
                     (SELECT ctid FROM {table} FOR NO KEY UPDATE SKIP LOCKED) ORDER BY 1"
            );
            let rows = self.call.peers.ask(&self.call.grader, |client| client.query(&sql, &[]))?;
            let rows = rows.map_err(|error| super::trial::unseen(error, &sql))?;
            for row in rows {
                let locked: String = row.get(0);
                if !order.contains(&locked) {
                    order.push(locked);
                }
            }
        }
    }

    /// Whether it has returned, within this time.
    fn is_over(&mut self, within: Duration) -> Outcome<bool> {
        if !self.over
            && let Some(response) = self.call.lane.reply(within)?
        {
            self.response = Some(response);
            self.over = true;
        }
        Ok(self.over)
    }

    /// Whom it waits for, if none of them will let go by himself.
    fn waits_for(&mut self) -> Outcome<Option<Vec<String>>> {
        let blockers = self.blockers(&self.call.me.log.processes())?;
        let peers = locked(&self.call.peers.0).clone();
        let (mut who, mut all_stand) = (Vec::new(), true);
        for process in blockers {
            let name = Peer::of(&peers, process).map_or(CHECK, |peer| &peer.name).to_owned();
            all_stand = all_stand && self.stands(process, &peers, &mut Vec::new())?;
            self.waited.insert(name.clone());
            if !who.contains(&name) {
                who.push(name);
            }
        }
        Ok((!who.is_empty() && all_stand).then_some(who))
    }

    /// Whether a process lets go of nothing by itself: it is the check's, or a call's that is held, or it
    /// waits for such. Those that wait for each other do not stand: the server ends that.
    fn stands(&self, process: i32, peers: &[Peer], behind: &mut Vec<i32>) -> Outcome<bool> {
        let Some(peer) = Peer::of(peers, process) else { return Ok(true) };
        if peer.gate.held(Duration::ZERO).is_some() {
            return Ok(true);
        }
        if behind.contains(&process) {
            return Ok(false);
        }
        behind.push(process);
        let blockers = self.blockers(&[process])?;
        let mut stands = !blockers.is_empty();
        for blocker in blockers {
            stands = stands && self.stands(blocker, peers, behind)?;
        }
        behind.pop();
        Ok(stands)
    }

    /// The processes that these wait for.
    fn blockers(&self, processes: &[i32]) -> Outcome<Vec<i32>> {
        let sql = "SELECT DISTINCT unnest(pg_blocking_pids(pid)) FROM unnest($1::int[]) AS u (pid)";
        let ask = |client: &mut Client| client.query(sql, &[&processes]);
        let rows = self.call.peers.ask(&self.call.grader, ask)?.context("cannot ask who waits")?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// What came of it, in a word or two behind "returned".
    fn how(&self) -> String {
        match &self.response {
            Some(Response::Returned(value)) if value.is_null() => String::new(),
            Some(Response::Returned(value)) => format!(" {value}"),
            Some(Response::Failed(failure)) => format!(" an error ({})", failure.display),
            _ => String::new(),
        }
    }
}

impl Drop for Going<'_> {
    fn drop(&mut self) {
        // What it still waits for is let go, so that its sessions can end with the tap.
        self.call.me.gate.open();
    }
}
