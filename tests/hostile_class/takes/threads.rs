//! # Starting threads until there are no more
//!
//! starts threads without end | refused | refused

fn attempts(_: &mut postgres::Client) {
    let wait = || std::thread::sleep(std::time::Duration::from_secs(60));
    let mut count = 0;
    while count < 20_000 && std::thread::Builder::new().stack_size(16 << 10).spawn(wait).is_ok() {
        count += 1;
    }
    let result: Result<usize, &str> = if count < 1_100 { Err("refused") } else { Ok(count) };
    attempt("starts threads without end", result);
}
