//! # Making folders so deep that no path reaches their end, with a file in the last
//!
//! the verdict | crashed: cannot be looked into | crashed: cannot be looked into

fn attempts(_: &mut postgres::Client) {
    for _ in 0..3_000 {
        std::fs::create_dir("a-folder").unwrap();
        std::env::set_current_dir("a-folder").unwrap();
    }
    std::fs::write("last", vec![1; 60 << 20]).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(60));
}
