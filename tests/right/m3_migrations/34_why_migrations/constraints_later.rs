//! In the wrong order, with names and constraints of its own, reversible, and on a connection.

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{PgPool, SqlSafeStr};

#[path = "../../../../solutions/m3_migrations/34_why_migrations.rs"]
mod solution;

fn all() -> Vec<Migration> {
    let up = MigrationType::ReversibleUp;
    let down = MigrationType::ReversibleDown;
    let third_up = "ALTER TABLE users ADD is_verified bool;
                    UPDATE users SET is_verified = false;
                    ALTER TABLE users ALTER is_verified SET NOT NULL, ALTER is_verified SET DEFAULT false";
    let third_down = "ALTER TABLE users DROP is_verified";
    let second = "create table messages(conversation_id int not null, content text not null, id serial);
                  create table conversations(title text, id serial primary key, thread_id text, child_id int not null);
                  alter table conversations alter thread_id set not null;
                  create unique index on conversations (thread_id);
                  alter table conversations add constraint about foreign key (child_id) references children (id) on delete cascade;
                  alter table messages add primary key (id),
                      add foreign key (conversation_id) references conversations on update cascade on delete cascade;";
    let mut list = vec![
        Migration::new(3, "verify".into(), down, third_down.into_sql_str(), false),
        Migration::new(3, "verify".into(), up, third_up.into_sql_str(), false),
        Migration::new(2, "talk".into(), MigrationType::Simple, second.into_sql_str(), true),
    ];
    list.push(solution::migrations().swap_remove(0));
    list
}

pub async fn migrate(pool: &PgPool) -> Result<(), MigrateError> {
    let mut connection = pool.acquire().await?;
    let result = Migrator::with_migrations(all()).run_to(3, &mut *connection).await;
    connection.close().await?;
    result
}

harness::graded!(migrate);
