//! A database for a test, and what a question said about it.

use std::fmt::Debug;
use std::sync::Arc;

use pglings::grade::kit::Stop;
use pglings::postgres::database::{Database, Databases, Fixture};
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;

/// A server that stays while the test runs, and a database on it.
pub(crate) struct World {
    pub(crate) database: Database,
    _databases: Arc<Databases>,
    _servers: Servers,
}

impl World {
    pub(crate) fn new(fixture: &Fixture) -> World {
        let servers = Servers::from_env().unwrap().in_memory();
        let databases = servers.get(&Needs::NOTHING).unwrap();
        let database = databases.create(fixture).unwrap();
        World { database, _databases: databases, _servers: servers }
    }

    pub(crate) fn client(&self) -> postgres::Client {
        self.database.admin.connect().unwrap()
    }
}

/// The answer is wrong, and the sentence has these words in it.
#[track_caller]
pub(crate) fn says<T: Debug>(outcome: Result<T, Stop>, words: &str) {
    match outcome {
        Err(Stop::Wrong(message)) => {
            let sentence = pglings::report::message::text(&message);
            assert!(sentence.contains(words), "{sentence}");
        }
        other => panic!("expected a sentence with {words:?}, got {other:?}"),
    }
}
