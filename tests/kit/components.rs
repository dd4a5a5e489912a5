//! What lessons draw with, on a real server.

use pglings::lesson::event::Event;
use pglings::lesson::fixtures::{EMPTY, LUNDO};
use pglings::lesson::out::Out;
use pglings::lesson::run::Stage;
use pglings::lesson::step::{Action, Result, Step};
use pglings::postgres::database::Fixture;
use pglings::postgres::needs::Needs;
use pglings::postgres::servers::Servers;
use pglings::report::look::PLAIN;
use pglings::report::screen::Screen;
use postgres::Client;

/// What a step shows, as text.
fn shown(
    fixture: &Fixture,
    step: impl Fn(&mut Client, &mut Out) -> Result<()> + 'static,
) -> (Vec<Event>, String) {
    let servers = Servers::from_env().unwrap().in_memory();
    let databases = servers.get(&Needs::NOTHING).unwrap();
    let mut stage = Stage::new(databases.create(fixture).unwrap()).unwrap();
    let outcome =
        stage.run(&Step { name: "a_step", action: Action::Sync(Box::new(step)) }).unwrap();
    let mut text = Vec::new();
    let mut screen = Screen::new(&mut text, PLAIN);
    for event in &outcome.events {
        screen.event(event).unwrap();
    }
    let text = String::from_utf8(text).unwrap();
    println!("{text}");
    (outcome.events, text)
}

#[test]
fn the_diagram_has_every_table_key_and_reference_of_the_catalog() {
    let (_, text) = shown(&LUNDO, |client, out| Ok(out.diagram(client)?));
    for words in ["┌─ users ─", "│ PK     id*", "│ FK     parent_id*", "│ U      email*", "─n──"]
    {
        assert!(text.contains(words), "{words}");
    }
    // users has two that refer to it, and its tables come first.
    assert_eq!(text.matches("─1──").count(), 3);
    assert!(text.find("─ users ─") < text.find("─ children ─"));
}

#[test]
fn messages_are_those_of_the_calls_between() {
    let (events, text) = shown(&LUNDO, |client, out| {
        client.execute("SELECT 1", &[])?;
        // Else its statement is closed with the next call.
        client.batch_execute("")?;
        out.listen();
        client.query("SELECT full_name FROM users WHERE id < $1", &[&3])?;
        out.heard("query");
        Ok(())
    });
    assert!(matches!(&events[..], [Event::Messages(title, _)] if title == "query"));
    for words in
        ["query  2 round trips", "Parse", "FROM users WHERE id < $1", "$1 = 3", "DataRow × 2"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("SELECT 1"));
}

#[test]
fn a_plan_is_drawn_as_a_tree() {
    let sql = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM users u JOIN children c ON c.parent_id = u.id";
    let (_, text) = shown(&LUNDO, move |client, out| {
        out.rows(&client.query(sql, &[])?);
        Ok(())
    });
    assert!(text.contains("rows  expected") && text.contains("on children c"), "{text}");
}

#[test]
fn a_killed_server_has_what_was_committed_and_nothing_else() {
    let (events, _) = shown(&EMPTY, |_, out| {
        let mut server = out.throwaway(&["max_connections=7"])?;
        let mut client = server.connect()?;
        client
            .batch_execute("CREATE TABLE notes (text text); INSERT INTO notes VALUES ('kept')")?;
        client.batch_execute("BEGIN; INSERT INTO notes VALUES ('lost')")?;
        server.kill()?;
        assert!(client.batch_execute("COMMIT").is_err());
        assert!(server.connect().is_err());
        server.restart()?;
        let mut client = server.connect()?;
        for row in client.query("SELECT text FROM notes", &[])? {
            out.say(row.get::<_, String>(0));
        }
        out.say(client.query_one("SHOW max_connections", &[])?.get::<_, String>(0));
        out.say(server.log().iter().any(|line| line.contains("redo done")));
        Ok(())
    });
    let said: Vec<_> = events
        .iter()
        .map(|event| match event {
            Event::Said(text) => text.as_str(),
            _ => "",
        })
        .collect();
    assert_eq!(said, ["kept", "7", "true"]);
}
