//! serial, varchar and an enum; one statement a call, in a transaction.

use postgres::{Client, Error};

pub fn create_tables(client: &mut Client) -> Result<(), Error> {
    let mut transaction = client.transaction()?;
    transaction.execute("create type gender as enum ('girl', 'boy', 'other')", &[])?;
    transaction.execute(
        "create table users (
             id serial primary key,
             email varchar(255) unique not null,
             full_name varchar(255) not null,
             hashed_password varchar(255) null,
             is_active bool default true not null,
             created_at timestamp with time zone default current_timestamp not null
         )",
        &[],
    )?;
    transaction.execute(
        "create table children (
             id serial primary key,
             parent_id int not null references users (id) on delete cascade on update cascade,
             name varchar(255) not null check (length(name) > 0),
             date_of_birth date not null,
             gender gender,
             notes text
         )",
        &[],
    )?;
    let unique = "create unique index on children (date_of_birth, parent_id, name)";
    transaction.execute(unique, &[])?;
    transaction.commit()
}

harness::graded!(create_tables);
