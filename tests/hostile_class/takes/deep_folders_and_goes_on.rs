//! # Leaving folders so deep that they are hard to remove
//!
//! the verdict | crashed: cannot be looked into | crashed: cannot be looked into

fn attempts(_: &mut postgres::Client) {
    let here = std::env::current_dir().unwrap();
    // Few enough to be within what its folder may hold.
    for _ in 0..9_000 {
        std::fs::create_dir("a").unwrap();
        std::env::set_current_dir("a").unwrap();
    }
    std::env::set_current_dir(here).unwrap();
}
