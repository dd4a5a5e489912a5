// What every file in `run` is continued with: it says what each attempt got.

fn attempt<T: std::fmt::Debug, E: std::fmt::Display>(name: &str, result: Result<T, E>) {
    match result {
        Ok(got) => println!("{name} => GOT {got:?}"),
        Err(error) => {
            let error = error.to_string();
            println!("{name} => {}", error.split(" (os error").next().unwrap_or_default());
        }
    }
}

#[derive(serde::Deserialize)]
pub struct NewChild {
    pub name: String,
}

pub fn add_user(client: &mut postgres::Client, _: &str, _: &str) -> Result<i32, postgres::Error> {
    attempts(client);
    Ok(0)
}

pub fn add_children(
    _: &mut postgres::Client,
    _: i32,
    _: &[NewChild],
) -> Result<u64, postgres::Error> {
    Ok(0)
}

harness::graded!(add_user, add_children);
