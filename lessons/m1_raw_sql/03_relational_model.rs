//! # The relational model: each fact once
//!
//! Whoever begins to keep records begins with a sheet: a line for each case, and in the line all there
//! is to say. It goes wrong as soon as the same fact stands in two lines, for then the two can
//! disagree, and nothing in the sheet says which is right.
//!
//! A relational database has one idea against that: **each fact is kept in one place**. There is a
//! table for each kind of thing, a row for each thing of that kind, and a column for each thing that is
//! to be said about it. Where one thing has to do with another, its row holds the other's key.
//!
//! | here | also called | in Rust, roughly |
//! |---|---|---|
//! | table | relation, entity | a struct, and a set of its values |
//! | row | record, tuple | one value |
//! | column | field, attribute | a field |
//! | primary key | | the key of a `HashMap`: it finds one row |
//! | foreign key | reference | that key, kept in another struct in the place of a pointer |
//!
//! To take a sheet apart until each fact is there once is to *normalise* it. Here you see why, and how.
//! Many lessons have the tables of Lundo, an app that parents ask about their children. Here the
//! database is empty at first, and the sheet is from the days when Lundo was three families.

use crate::lesson::prelude::*;

/// ## A list in a cell
///
/// The first sheet has a line for each parent. That reads well, and yet nobody can ask it who was born
/// in 2018 or later: to the server, `children` is one long text. (A text in SQL stands in single
/// quotes, and an apostrophe in it is written twice.)
pub fn a_list(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE paper (parent text, email text, children text);
         INSERT INTO paper VALUES
             ('Amara Okafor', 'amara@example.com',
              'Chidi 2019-05-17; Ngozi 2022-12-31; Emeka 2016-02-29'),
             ('Chen Mei-Lin', 'mei@example.com',
              'Wei 2018-01-01; Lan 2018-01-01'),
             ('Seán O''Brien', 'sean@example.com',
              'Aoife 2020-09-01')",
    )?;
    let rows = client.query("SELECT * FROM paper ORDER BY email", &[])?;
    out.rows(&rows);
    Ok(())
}

/// ## One value in a cell
///
/// So the lists become rows: one for each child. Now a column has a type, `born` is a date, and the
/// server can compare it. (How the text is cut does not matter here.)
///
/// Which row is which? The same email stands in several, and another family may have a Wei; the two
/// together are the key.
///
/// This is called the first normal form, and it has a price that you can see: Amara's name and email
/// are there three times.
pub fn one_value(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE sheet (
             parent text,
             email  text,
             child  text,
             born   date,
             PRIMARY KEY (email, child)
         );
         INSERT INTO sheet
         SELECT parent, email,
                split_part(child, ' ', 1),
                split_part(child, ' ', 2)::date
         FROM paper, unnest(string_to_array(children, '; ')) AS child;
         DROP TABLE paper",
    )?;
    let sql = "SELECT * FROM sheet ORDER BY email, born, child";
    out.rows(&client.query(sql, &[])?);
    Ok(())
}

/// ## A new address
///
/// Before you go on: Amara has a new email. She says so while Chidi's page is open, and the program
/// updates the row that the page was made of.
pub const WHAT_HAPPENS: Prediction = predict(
    "`UPDATE sheet SET email = 'amara@new.example' WHERE email = 'amara@example.com' AND child = \
     'Chidi'`. How many emails does the sheet know of Amara then?",
    &[
        choice(
            "1: the new one",
            Claim::Value("1"),
            "The server does not know that the three rows speak of one Amara. It changed the row that \
             it was told to change.",
        ),
        choice(
            "2: the new one and the old one",
            Claim::Value("2"),
            "One row of three was changed. The fact was there three times, and whoever changes a copy \
             has to think of all of them.",
        ),
        choice(
            "It fails: the rows would contradict each other",
            Claim::Fails("23505"),
            "Nothing in the table says that a parent has one email. It cannot: the key is email and \
             child, and each row keeps it.",
        ),
    ],
);

/// ## Updating: the copies disagree
///
/// Which address is right? No query can tell. This is the *update anomaly*.
pub fn update(client: &mut Client, out: &mut Out) -> Result<()> {
    client.execute(
        "UPDATE sheet SET email = 'amara@new.example'
         WHERE email = 'amara@example.com' AND child = 'Chidi'",
        &[],
    )?;
    let emails = client.query_one(
        "SELECT count(DISTINCT email) AS emails
         FROM sheet WHERE parent = 'Amara Okafor'",
        &[],
    )?;
    out.row(&emails);
    let rows = client.query(
        "SELECT child, email FROM sheet
         WHERE parent = 'Amara Okafor' ORDER BY born",
        &[],
    )?;
    out.rows(&rows);
    Ok(())
}

/// ## Inserting: no place for it
///
/// Fatima signs up before her child is born. A row of the sheet is about a child, and its key cannot be
/// NULL, since a key says which row it is. So there is no row in which Fatima's email could stand. This
/// is the *insert anomaly*.
pub const INSERT: Sql = sql(indoc! {"
    INSERT INTO sheet (parent, email)
    VALUES ('Fatima Zahra', 'fatima@example.com')
"})
.fails("23502");

/// ## Deleting: more goes than was meant
///
/// Seán takes Aoife off the list and wants to keep his account. Her row was the only place where his
/// email stood. This is the *delete anomaly*.
pub fn delete(client: &mut Client, out: &mut Out) -> Result<()> {
    let delete = "DELETE FROM sheet
                  WHERE email = 'sean@example.com' AND child = 'Aoife'";
    let count = client.execute(delete, &[])?;
    out.say(format!("{count} child deleted"));

    let ask = "SELECT parent FROM sheet WHERE email = 'sean@example.com'";
    let left = client.query(ask, &[])?;
    out.say(format!("rows that know of Seán: {}", left.len()));
    Ok(())
}

/// ## Take it apart: the parents
///
/// All three have one cause: a row speaks of two things, a child and a parent. The name of the parent
/// depends on the email alone, not on the child, and so it is repeated for each child. What depends on
/// a thing of its own gets a table of its own.
///
/// First the contradiction has to be settled, by asking Amara. Then `SELECT DISTINCT` gives each parent
/// once, however many rows speak of them. What makes two rows the same parent is for you to decide; here
/// it is the email, and `UNIQUE` holds everybody to it. The new `id` is what others refer to (lesson 6
/// says why not the email).
pub fn parents(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "UPDATE sheet SET email = 'amara@new.example'
         WHERE email = 'amara@example.com';

         CREATE TABLE users (
             id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             email     text NOT NULL UNIQUE,
             full_name text NOT NULL
         );
         INSERT INTO users (email, full_name)
         SELECT DISTINCT email, parent FROM sheet ORDER BY email",
    )?;
    out.rows(&client.query("SELECT * FROM users ORDER BY id", &[])?);
    Ok(())
}

/// ## Take it apart: the children
///
/// A child's row says what is to be said of the child, and whose it is: the parent's key and nothing
/// else of the parent. `REFERENCES` makes it a foreign key: the server sees to it that there is such a
/// user. One parent, many children: the reference stands on the side of the many.
///
/// `JOIN … ON` puts each row of the sheet beside the user with the same email, where its `id` is.
/// (A sheet with lines that name no child would need `WHERE sheet.child IS NOT NULL` behind the join.)
pub fn children(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE TABLE children (
             id            integer GENERATED ALWAYS AS IDENTITY
                           PRIMARY KEY,
             parent_id     integer NOT NULL REFERENCES users,
             name          text NOT NULL,
             date_of_birth date NOT NULL
         );
         INSERT INTO children (parent_id, name, date_of_birth)
         SELECT users.id, sheet.child, sheet.born
         FROM sheet JOIN users ON users.email = sheet.email
         ORDER BY users.id, sheet.born, sheet.child",
    )?;
    out.rows(&client.query("SELECT * FROM children ORDER BY id", &[])?);
    Ok(())
}

/// ## Nothing is lost
///
/// The join puts together again what was taken apart. `EXCEPT` takes away from the rows of the sheet
/// those that come out of the join; if a row were left, it would have been lost.
pub const NOTHING_IS_LOST: Sql = sql(indoc! {"
    SELECT parent, email, child, born FROM sheet
    EXCEPT
    SELECT users.full_name, users.email,
           children.name, children.date_of_birth
    FROM users JOIN children ON children.parent_id = users.id
"});

/// ## The three anomalies once more
///
/// An email is one value in one row. A parent without children is a row in `users`. A child that goes
/// takes nobody along.
///
/// (`LEFT JOIN` keeps the users who have no children, and `GROUP BY` makes one row of all that belong
/// to the same user: lesson 11.)
///
/// (A copy is not always a repeated fact. What a toy cost on the day it was ordered belongs to the order:
/// it stays as it was when the price of the toy changes.)
pub fn once_more(client: &mut Client, out: &mut Out) -> Result<()> {
    let changed = client.execute(
        "UPDATE users SET email = 'amara@third.example'
         WHERE email = 'amara@new.example'",
        &[],
    )?;
    out.say(format!("{changed} row changed, for three children"));

    client.batch_execute(
        "INSERT INTO users (email, full_name)
         VALUES ('fatima@example.com', 'Fatima Zahra');
         DELETE FROM children WHERE name IN ('Wei', 'Lan')",
    )?;
    let rows = client.query(
        "SELECT users.*, count(children.id) AS children
         FROM users LEFT JOIN children ON children.parent_id = users.id
         GROUP BY users.id ORDER BY users.id",
        &[],
    )?;
    out.rows(&rows);
    Ok(())
}

/// ## The picture
///
/// Lundo goes on in the same way: a child has conversations, a conversation has messages. A picture of
/// tables and what refers to what is an *entity-relationship diagram*. This one is drawn from what the
/// server itself knows of its tables, so it cannot be out of date.
///
/// Read a line from its `1` to its `n`: one user, any number of children. Behind a message there is one
/// conversation, behind that one child, behind that one user, and so each message needs to know of no
/// more than its conversation.
///
/// *Coming from Python: a `relationship()` of SQLAlchemy rests on such a column. The list
/// `user.children` is stored nowhere; it is asked for, by `parent_id`.*
pub fn picture(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "DROP TABLE sheet;
         CREATE TABLE conversations (
             id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             child_id integer NOT NULL REFERENCES children,
             title    text
         );
         CREATE TABLE messages (
             id              integer GENERATED ALWAYS AS IDENTITY
                             PRIMARY KEY,
             conversation_id integer NOT NULL REFERENCES conversations,
             content         text NOT NULL
         )",
    )?;
    out.diagram(client)?;
    Ok(())
}

/// ## In three lines
///
/// - A fact that stands in two places will disagree with itself: updates miss a copy, inserts find no
///   place, deletes take too much.
/// - A table for each kind of thing, one value in a cell, and each column about the key of its row and
///   nothing else.
/// - What has to do with another thing holds its key; `JOIN` puts together again what was taken apart.
///
/// Read on: *The SQL Language* in the PostgreSQL manual's tutorial (chapter 2), above all *Concepts* and
/// *Joins Between Tables*; and E. F. Codd, *A Relational Model of Data for Large Shared Data Banks*
/// (1970), whose first pages are still the best reason.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: EMPTY,
    minutes: 15,
    steps: [
        a_list,
        one_value,
        WHAT_HAPPENS,
        update,
        INSERT,
        delete,
        parents,
        children,
        NOTHING_IS_LOST,
        once_more,
        picture,
        IN_SHORT,
    ],
}
